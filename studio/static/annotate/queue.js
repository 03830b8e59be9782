/* The faces to come: the next two are there, pictures loaded, before one asks for them.

   An item is { assignment, face, view, ready }: what `next_assignment` and `view_assignment` answer, `ready` a promise
   of the view with the picture decoded. Leases are renewed while somebody works, and what was not looked at goes back
   to the queue when the page is left. */

import { call, callLeaving } from '../calls.js';

const AHEAD = 2;
const IDLE = 10 * 60 * 1000; // ms without any input, after which leases are let go

export class Queue {
  #filling = null;
  #timer = 0;
  #active = Date.now();

  constructor(study, client, changed) {
    Object.assign(this, { study, client, changed, ahead: [], why: null, lease: 120 });
    this.touch = () => { this.#active = Date.now(); };
    for (const kind of ['keydown', 'pointerdown']) addEventListener(kind, this.touch);
  }

  /** Take up what is held since before a reload, but for what is saved and not sent yet, then fill up. Throws CallError. */
  async start(saved = []) {
    const { held } = await call('held_assignments', [this.study, this.client]);
    this.ahead = held.filter(({ assignment }) => !saved.includes(assignment.id)).map(prepare);
    this.#beatLater();
    if (this.ahead.length) this.fill();
    else await this.fill();
  }

  /** The next item, or null: `why` says why. Throws CallError where the studio cannot be asked. */
  async take() {
    if (!this.ahead.length) await this.fill();
    const item = this.ahead.shift() ?? null;
    if (item) this.fill().catch(quiet);
    this.changed();
    return item;
  }

  /** Put an item back in front, to go back to another. */
  putBack(item) {
    this.ahead.unshift(item);
    this.changed();
  }

  fill() {
    this.#filling ??= this.#fill().finally(() => { this.#filling = null; });
    return this.#filling;
  }

  async #fill() {
    while (this.ahead.length < AHEAD) {
      const { assignment, face, why } = await call('next_assignment', [this.study, this.client]);
      this.why = why ?? null;
      if (!assignment) return;
      this.lease = assignment.lease_seconds ?? this.lease;
      if (this.ahead.some((item) => item.assignment.id === assignment.id)) return;
      this.ahead.push(prepare({ assignment, face }));
      this.changed();
    }
  }

  #beatLater() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#beat().finally(() => this.#beatLater()), Math.max(5, this.lease / 3) * 1000);
  }

  async #beat() {
    if (Date.now() - this.#active > IDLE) return;
    try {
      const { held } = await call('heartbeat', [this.study, this.client]);
      const holds = new Set(held);
      const before = this.ahead.length;
      this.ahead = this.ahead.filter((item) => item.seen || holds.has(item.assignment.id));
      if (this.ahead.length < before) this.changed();
      await this.fill();
    } catch (error) {
      quiet(error);
    }
  }

  /** The page is being left: others may have the faces that were not looked at. */
  leave() {
    for (const item of this.ahead) if (!item.seen) callLeaving('release_assignment', [item.assignment.id]);
    this.stop();
  }

  stop() {
    clearTimeout(this.#timer);
    for (const kind of ['keydown', 'pointerdown']) removeEventListener(kind, this.touch);
  }
}

/** An item of any assignment, its view asked for and its picture loading. */
export function prepare({ assignment, face }) {
  const item = { assignment, face, view: null, seen: false };
  item.load = () => {
    item.ready = Promise.all([call('view_assignment', [assignment.id]), picture(face.picture)]).then(([view]) => {
      item.view = view;
      return view;
    });
    item.ready.catch(quiet); // told when the face is opened
    return item.ready;
  };
  item.load();
  return item;
}

async function picture(address) {
  const image = new Image();
  image.src = new URL(address, document.baseURI);
  await image.decode().catch(() => {}); // a missing picture is told on the stage
}

function quiet(error) {
  if (!error.kind) throw error;
}
