/* The outbox: nothing that was saved is lost, and nothing is saved twice.

   A save gets its uuid when Enter is pressed and is written down on this computer first. From there it is sent, in
   order, again and again with growing pauses until the studio acknowledges it; a save sent twice is one save, because
   of its uuid. What is written down survives a reload. What the studio refuses for good stays too, and is told. */

import { call } from '../calls.js';
import { drop, keep, kept, names, uuid } from './store.js';

const WAITING = 'emola.save.';
const STUCK = 'emola.stuck.';
const PAUSES = [1, 2, 4, 8, 15, 30]; // seconds
const SENDERS = {
  save: (entry) =>
    call('save_annotation', [
      entry.assignment, entry.uuid, entry.labels, entry.rationales, entry.face,
      entry.reason, entry.flag, entry.seconds, entry.prediction,
    ]),
  undo: (entry) => call('undo_annotation', [entry.assignment, entry.uuid]),
};

export class Outbox {
  #sending = null;
  #failures = 0;
  #timer = 0;
  #results = new Map();

  /** `changed(state)`: { waiting, stuck, trouble: null | kind of CallError, at: iso of the last save }. */
  constructor(changed) {
    this.changed = changed;
    this.trouble = null;
    this.at = null;
    addEventListener('online', () => this.now());
    addEventListener('offline', () => this.#tell('offline'));
  }

  waiting() {
    return names(WAITING).map(kept).filter(Boolean);
  }

  stuck() {
    return names(STUCK).map((name) => ({ name, ...kept(name) }));
  }

  /** When the last save was, as the studio's own history tells it. */
  last(at) {
    this.at ??= at;
    this.#tell(this.trouble);
  }

  /** Write a save down and send it. Its result comes by `result(uuid)`. */
  put(kind, entry) {
    const written = { ...entry, kind, uuid: uuid(), written: Date.now() };
    keep(`${WAITING}${String(written.written).padStart(15, '0')}.${written.uuid}`, written);
    this.now();
    return written.uuid;
  }

  /** The studio's answer to a save, or null if none comes within some seconds. */
  result(id, seconds) {
    const wanted = this.#results.get(id) ?? resolvers();
    this.#results.set(id, wanted);
    const patience = new Promise((resolve) => { setTimeout(() => resolve(null), seconds * 1000); });
    return Promise.race([wanted.promise, patience]);
  }

  /** Send at once what waits. */
  now() {
    clearTimeout(this.#timer);
    this.#tell(this.trouble);
    this.#sending ??= this.#send().finally(() => {
      this.#sending = null;
      this.#tell(this.trouble);
    });
    return this.#sending;
  }

  remove(name) {
    drop(name);
    this.#tell(this.trouble);
  }

  async #send() {
    for (let name = names(WAITING)[0]; name; name = names(WAITING)[0]) {
      const entry = kept(name);
      try {
        const result = entry ? await SENDERS[entry.kind](entry) : null;
        drop(name);
        this.#failures = 0;
        this.at = result?.at ?? this.at;
        this.#settle(entry?.uuid, result);
        this.#tell(null);
      } catch (error) {
        if (!error.kind) throw error;
        if (error.passing || error.kind === 'sign-in') return this.#later(error.kind);
        keep(`${STUCK}${entry.uuid}`, { ...entry, why: error.message });
        drop(name);
        this.#settle(entry.uuid, null);
      }
    }
    this.trouble = null;
    return undefined;
  }

  #later(kind) {
    this.trouble = kind;
    const pause = PAUSES[Math.min(this.#failures, PAUSES.length - 1)];
    this.#failures += 1;
    this.#timer = setTimeout(() => this.now(), pause * 1000);
  }

  #settle(id, result) {
    if (!id) return;
    const wanted = this.#results.get(id) ?? resolvers();
    this.#results.set(id, wanted);
    wanted.resolve(result);
  }

  #tell(trouble) {
    this.trouble = trouble;
    this.changed({ waiting: this.waiting().length, stuck: this.stuck().length, trouble, at: this.at });
  }
}

function resolvers() {
  const made = {};
  made.promise = new Promise((resolve) => { made.resolve = resolve; });
  return made;
}
