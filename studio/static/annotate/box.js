/* Drawing the face's box where the found one is wrong: by pointer, or by arrows (Shift with arrows sizes it). */

import { part } from './page.js';

const SMALLEST = 24; // px of the picture; a smaller box holds no face

export class BoxTool {
  #box = null;
  #from = null;

  /** `done(box)`: [left, top, right, bottom] in the picture's px; `ended()`: drawn or given up. */
  constructor(root, stage, { done, ended }) {
    Object.assign(this, { root, stage, done, ended, on: false, rect: part(root, 'box') });
    const { frame } = stage;
    frame.addEventListener('pointerdown', (event) => this.#start(event));
    frame.addEventListener('pointermove', (event) => this.#move(event));
    frame.addEventListener('pointerup', () => this.#end());
    frame.addEventListener('keydown', (event) => this.#key(event));
  }

  /** Begin with the box that is there, or with the middle of the picture. */
  start(face, overlay) {
    this.face = face;
    const { width, height } = face;
    this.#box = overlay?.box?.slice() ?? [width * 0.25, height * 0.2, width * 0.75, height * 0.8];
    this.on = true;
    this.stage.drawing = true;
    this.stage.frame.classList.add('is-drawing');
    this.stage.frame.focus({ preventScroll: true });
    this.#draw();
  }

  stop() {
    if (!this.on) return;
    this.on = false;
    this.stage.drawing = false;
    this.stage.frame.classList.remove('is-drawing');
    this.ended();
  }

  confirm() {
    const [left, top, right, bottom] = this.#box;
    if (right - left < SMALLEST || bottom - top < SMALLEST) return;
    const box = this.#box.map((number) => Math.round(number * 10) / 10);
    this.stop();
    this.done(box);
  }

  #start(event) {
    if (!this.on || event.button) return;
    event.preventDefault();
    this.stage.frame.setPointerCapture(event.pointerId);
    this.#from = this.stage.place(event);
  }

  #move(event) {
    if (!this.on || !this.#from) return;
    const [x, y] = this.stage.place(event);
    const [fromX, fromY] = this.#from;
    this.#set([Math.min(x, fromX), Math.min(y, fromY), Math.max(x, fromX), Math.max(y, fromY)]);
  }

  #end() {
    if (!this.on || !this.#from) return;
    this.#from = null;
    this.confirm();
  }

  #key(event) {
    if (!this.on) return;
    const step = Math.max(this.face.width, this.face.height) / 100;
    const [across, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if (across || down) {
      const [left, top, right, bottom] = this.#box;
      const moved = event.shiftKey ? 0 : step;
      this.#set([left + across * moved, top + down * moved, right + across * step, bottom + down * step]);
    } else if (event.key === 'Enter') this.confirm();
    else if (event.key === 'Escape') this.stop();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #set([left, top, right, bottom]) {
    const { width, height } = this.face;
    const within = (value, most) => Math.min(Math.max(value, 0), most);
    this.#box = [within(left, width), within(top, height), within(right, width), within(bottom, height)];
    this.#draw();
  }

  #draw() {
    const [left, top, right, bottom] = this.#box;
    const place = { x: left, y: top, width: Math.max(right - left, 1), height: Math.max(bottom - top, 1) };
    for (const [name, value] of Object.entries(place)) this.rect.setAttribute(name, value);
  }
}
