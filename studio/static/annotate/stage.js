/* The face, large: picture, landmarks and regions in the picture's own pixels; what is in view is the SVG's viewBox.
   Zoom and pan change the viewBox, brightness and contrast a CSS filter: the picture itself is never touched. */

import { placeTag, regionUnder, light, whenLit } from '../light.js';
import { part } from './page.js';
import { present } from './labels.js';

const STEP = 1.25; // one press of + or -
const NO_PICTURE = 'The picture cannot be had. Skip the face, or try again later.';
const CLOSEST = 12; // times the whole picture

export class Stage {
  #whole = [0, 0, 1, 1];
  #home = [0, 0, 1, 1];
  #view = [0, 0, 1, 1];
  #pointers = new Map();

  constructor(root) {
    this.root = root;
    this.frame = part(root, 'stage');
    this.svg = this.frame.querySelector('svg');
    this.tag = part(root, 'tag');
    this.note = '';
    this.counts = () => true;
    this.drawing = false;
    this.frame.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    for (const kind of ['pointerdown', 'pointermove', 'pointerup', 'pointercancel', 'pointerleave']) {
      this.frame.addEventListener(kind, (event) => this.#pointer(event));
    }
    whenLit((code) => this.#tell(code));
    part(root, 'picture').addEventListener('error', () => this.say(NO_PICTURE, 'bad'));
    new ResizeObserver(() => this.#tell(document.documentElement.dataset.lit ?? '')).observe(this.frame);
  }

  /** Another face: its picture at once, its overlay when it is there. */
  show({ face, view }, { keepView = false } = {}) {
    const box = [0, 0, face.width, face.height];
    const image = part(this.root, 'picture');
    const address = new URL(face.picture, document.baseURI).href;
    if (image.getAttribute('href') !== address) image.setAttribute('href', address);
    this.#size(image, box);
    this.#whole = square(box);
    const neutral = part(this.root, 'neutral');
    if (view?.neutral) neutral.setAttribute('href', new URL(view.neutral, document.baseURI).href);
    else neutral.removeAttribute('href');
    this.#size(neutral, box);
    this.hasNeutral = Boolean(view?.neutral);
    part(this.root, 'overlay').innerHTML = view?.overlay ? view.overlay.regions + view.overlay.dots : ''; // ours, escaped
    this.#home = view?.overlay ? square(view.overlay.viewBox.split(' ').map(Number)) : this.#whole;
    if (!keepView) this.#set(this.#home);
    this.neutral(false);
  }

  /** Which regions are of units that are present, and what the tag says of one. */
  mark(sheet) {
    const units = sheet.labels.au ?? {};
    const shown = new Set(present(sheet.labels));
    for (const region of this.svg.querySelectorAll('.region')) {
      region.classList.toggle('is-present', shown.has(region.dataset.au));
    }
    this.counts = (code) => shown.size === 0 || shown.has(code);
    this.note = (code) => {
      const { state, intensity } = units[code] ?? {};
      const grade = intensity && `${intensity} ${sheet.vocabulary.grades[intensity]}`;
      return [sheet.vocabulary.units[code], state === 'not_visible' ? 'not visible' : grade].filter(Boolean).join(' · ');
    };
  }

  /** A note over the face; mood: 'busy' or 'bad'. Empty takes it away. */
  say(words, mood = '') {
    const note = part(this.root, 'face-note');
    note.textContent = words;
    note.dataset.mood = mood;
  }

  landmarks(on = this.frame.classList.contains('no-dots')) {
    this.frame.classList.toggle('no-dots', !on);
    return on;
  }

  regions(on = !this.frame.classList.contains('all-regions')) {
    this.frame.classList.toggle('all-regions', on);
    return on;
  }

  neutral(on) {
    this.frame.classList.toggle('is-neutral', on && this.hasNeutral);
  }

  lightOf(brightness, contrast) {
    this.frame.style.setProperty('--brightness', brightness / 100);
    this.frame.style.setProperty('--contrast', contrast / 100);
  }

  home() {
    this.#set(this.#home);
  }

  closer() {
    this.#zoom(1 / STEP);
  }

  farther() {
    this.#zoom(STEP);
  }

  /** Move by a part of what is in view. */
  pan(across, down) {
    const [x, y, width, height] = this.#view;
    this.#set([x + across * width, y + down * height, width, height]);
  }

  /** A pointer's place in the picture's pixels. */
  place(event) {
    const matrix = this.svg.getScreenCTM().inverse();
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
    return [x, y];
  }

  get view() {
    return this.#view;
  }

  /** The picture's part that is shown of the whole: 1 is all of it. */
  get share() {
    return this.#view[2] / this.#whole[2];
  }

  #zoom(by, about) {
    const [x, y, width, height] = this.#view;
    const side = Math.min(Math.max(width * by, this.#whole[2] / CLOSEST), this.#whole[2]);
    const [px, py] = about ?? [x + width / 2, y + height / 2];
    const scale = side / width;
    this.#set([px - (px - x) * scale, py - (py - y) * scale, side, height * scale]);
  }

  #set(view) {
    const [x, y, width, height] = view;
    const [left, top, most] = this.#whole;
    const side = Math.min(width, most);
    this.#view = [slid(x, side, left, most), slid(y, side, top, most), side, Math.min(height, most)];
    this.svg.setAttribute('viewBox', this.#view.map((number) => number.toFixed(2)).join(' '));
    this.frame.classList.toggle('is-close', this.share < 0.999);
    this.#tell(document.documentElement.dataset.lit ?? '');
  }

  #size(image, [x, y, width, height]) {
    for (const [name, value] of Object.entries({ x, y, width, height })) image.setAttribute(name, value);
  }

  #wheel(event) {
    const out = event.deltaY > 0;
    if (out && this.share > 0.999) return; // nothing farther: the page scrolls
    event.preventDefault();
    this.#zoom(Math.exp(Math.sign(event.deltaY) * Math.min(Math.abs(event.deltaY), 120) / 500), this.place(event));
  }

  #pointer(event) {
    if (this.drawing) return;
    if (event.type === 'pointerdown') {
      this.#pointers.set(event.pointerId, this.place(event));
      if (event.pointerType !== 'touch' || this.share < 0.999) this.frame.setPointerCapture(event.pointerId);
    } else if (event.type === 'pointermove') {
      const from = this.#pointers.get(event.pointerId);
      if (from && (event.pointerType !== 'touch' || this.share < 0.999)) this.#drag(from, event);
      else if (!from) light(regionUnder(this.svg, event, this.counts));
    } else {
      this.#pointers.delete(event.pointerId);
      if (event.type === 'pointerleave') light('');
    }
  }

  #drag([x, y], event) {
    const [nowX, nowY] = this.place(event);
    const [left, top, width, height] = this.#view;
    this.#set([left - (nowX - x), top - (nowY - y), width, height]);
  }

  #tell(code) {
    if (this.frame.offsetParent) placeTag(this.frame, this.tag, code, code && this.note ? this.note(code) : '');
  }
}

/* The smallest square around a box, so that the whole picture fits the square frame. */
function square([x, y, width, height]) {
  const side = Math.max(width, height);
  return [x + (width - side) / 2, y + (height - side) / 2, side, side];
}

function slid(start, side, least, extent) {
  return Math.min(Math.max(start, least), least + extent - side);
}

