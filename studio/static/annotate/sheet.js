/* One face on the desk: what has been said of it so far, how it came to that, and how long it took.

   The key field's text is the one source of the labels; form and words are drawn from it. `phase`: 'first' (nothing
   saved yet), 'revise' (the model's answer was shown after the first save), 'correct' (one's own earlier face). */

import { fieldOf, read, said } from './keys.js';
import { complete, same } from './labels.js';

export class Sheet {
  #steps = [];
  #since = null;

  constructor(item, vocabulary) {
    this.item = item;
    this.assignment = item.assignment;
    this.tasks = item.assignment.tasks;
    this.vocabulary = asked(vocabulary, this.tasks);
    this.text = '';
    this.rationales = { au: '', emotion: '' };
    this.flag = '';
    this.phase = 'first';
    this.saved = null;
    this.spent = 0;
    this.check = null;
    this.warned = '';
  }

  get items() {
    return read(this.text, this.vocabulary);
  }

  get labels() {
    return complete(said(this.items), this.tasks, Object.keys(this.vocabulary.units));
  }

  get unclear() {
    return this.items.filter((item) => item.kind === 'unclear');
  }

  get prediction() {
    return this.item.view?.prediction ?? null;
  }

  /** Take over what was saved, or a draft. */
  fill({ labels, text, rationales, flag, seconds }) {
    this.text = text ?? fieldOf(labels, this.vocabulary);
    this.rationales = { au: '', emotion: '', ...rationales };
    this.flag = flag ?? '';
    this.spent = seconds ?? this.spent;
  }

  /** What is on it now, as a draft keeps it. */
  get draft() {
    return { text: this.text, rationales: this.rationales, flag: this.flag, seconds: this.seconds, phase: this.phase };
  }

  /** Change something; one step of undo each, words that are being typed being one step. */
  change(patch, typing = '') {
    const last = this.#steps.at(-1);
    if (!typing || last?.typing !== typing) {
      this.#steps.push({ text: this.text, rationales: this.rationales, flag: this.flag, typing });
    }
    Object.assign(this, patch);
  }

  /** Take the last change back; false where there is none. */
  back() {
    const step = this.#steps.pop();
    if (!step) return false;
    Object.assign(this, { text: step.text, rationales: step.rationales, flag: step.flag });
    return true;
  }

  /** Nothing before this can be taken back. */
  forget() {
    this.#steps = [];
  }

  /** Whether labels, texts or flag differ from what was saved last. */
  get changed() {
    const before = this.saved ?? { labels: null, rationales: null, flag: null };
    const texts = ['au', 'emotion'].some((task) => (before.rationales?.[task] ?? '') !== this.rationales[task].trim());
    return !same(before.labels, this.labels) || texts || (before.flag ?? '') !== this.flag;
  }

  /* Time at the face, in seconds: only while it is in sight. */
  start() {
    this.#since ??= performance.now();
  }

  pause() {
    this.spent = this.seconds;
    this.#since = null;
  }

  get seconds() {
    const running = this.#since === null ? 0 : (performance.now() - this.#since) / 1000;
    return Math.round((this.spent + running) * 10) / 10;
  }
}

function asked(vocabulary, tasks) {
  return {
    ...vocabulary,
    emotions: tasks.includes('emotion') ? vocabulary.emotions : {},
    spoken: tasks.includes('emotion') ? vocabulary.spoken : {},
    units: tasks.includes('au') ? vocabulary.units : {},
  };
}
