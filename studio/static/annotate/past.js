/* One's own earlier faces in a study, the oldest first, as `my_history` tells of them; more are asked for as one goes
   back. */

import { call } from '../calls.js';

const PAGE = 30;

export class Past {
  items = [];
  #older = null;

  constructor(study) {
    this.study = study;
  }

  /** Read the newest faces, or those before what is here. False where there are none. Throws CallError. */
  async read() {
    if (this.items.length && this.#older === null) return false;
    const { items, next } = await call('my_history', [this.study, this.#older, PAGE]);
    this.items.unshift(...items.reverse());
    this.#older = next;
    return items.length > 0;
  }

  has(assignment) {
    return this.items.some((item) => item.assignment_id === assignment);
  }

  /** Where an assignment stands; behind the last one if it is not among them. */
  place(assignment) {
    const at = this.items.findIndex((item) => item.assignment_id === assignment);
    return at < 0 ? this.items.length : at;
  }

  /** Put an item in its place, or at the end: true where it is new. */
  put(item) {
    const at = this.place(item.assignment_id);
    const fresh = at === this.items.length;
    this.items[at] = item;
    return fresh;
  }

  remove(assignment) {
    this.items = this.items.filter((item) => item.assignment_id !== assignment);
  }
}
