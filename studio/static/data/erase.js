/* Erasing a person or a face: whom, what it touches with their pictures, and only then the button. What is left where the
   studio does not reach stays listed after the job. */

import { call } from '../calls.js';
import { h, number, part } from '../review/dom.js';

const WORDS = {
  assignments: ['assignment', 'assignments'],
  annotations: ['save of an annotator', 'saves of annotators'],
  gold_labels: ['gold label', 'gold labels'],
  predictions: ['prediction', 'predictions'],
  gold_sets: ['frozen gold set', 'frozen gold sets'],
  trainings: ['training snapshot', 'training snapshots'],
};
const counted = (count, [one, many]) => `${number(count)} ${count === 1 ? one : many}`;

export class Erasing {
  constructor(desk) {
    this.desk = desk;
    this.find = part(desk.root, 'erase-find');
    this.form = part(desk.root, 'erase-form');
    this.find.addEventListener('submit', (event) => {
      event.preventDefault();
      this.look();
    });
    this.find.addEventListener('input', () => this.close());
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.erase();
    });
    part(desk.root, 'erase').addEventListener('click', (event) => event.target.closest('[data-do=erase-cancel]') && this.close());
  }

  whom() {
    const { kind, wanted } = this.find.elements;
    return [kind.value, wanted.value.trim()];
  }

  /** Say what went wrong, or nothing any more. */
  refuse(words = '') {
    const refused = part(this.desk.root, 'erase-refused');
    refused.textContent = words;
    refused.hidden = !words;
  }

  close() {
    this.refuse();
    this.form.hidden = true;
    this.form.reset();
  }

  async look() {
    this.close();
    try {
      this.show(await call('find_to_erase', this.whom()));
    } catch (error) {
      this.refuse(error.message);
    }
  }

  show({ code, faces, shown, touches, adapters, serving }) {
    const rest = faces - shown.length;
    const learned = adapters.length
      ? [`Revision ${adapters.join(', ')} learned from them${serving.length ? `, and ${serving.join(', ')} serves now` : ''}.`]
      : [];
    const place = part(this.desk.root, 'erase-found');
    place.replaceChildren(
      h('p', {}, h('b', {}, this.whom()[0] === 'face' ? `Face ${code}` : `${code}: ${counted(faces, ['face', 'faces'])}`)),
      h('p', { class: 'erase-faces' }, ...shown.map((id) => h('img', { src: `./pictures/${id}`, alt: `Face ${id}`, width: 48, height: 48 })), rest > 0 ? ` and ${number(rest)} more` : ''),
      h('ul', {}, ...Object.entries(WORDS).filter(([name]) => touches[name]).map(([name, words]) => h('li', {}, counted(touches[name], words))), ...learned.map((words) => h('li', {}, words))),
    );
    this.form.hidden = false;
    place.focus();
  }

  async erase() {
    const { typed, reason } = this.form.elements;
    this.refuse();
    try {
      await this.desk.ask('start_erasure', ...this.whom(), typed.value, reason.value);
      this.close();
      this.find.reset();
    } catch (error) {
      this.refuse(error.message);
    }
  }

  /** What is left elsewhere after the last erasure. */
  draw({ jobs }) {
    const last = jobs.find((job) => job.kind === 'erasure' && job.state === 'finished');
    part(this.desk.root, 'erase-remains').replaceChildren(...(last?.result.remains ?? []).map((words) => h('li', {}, words)));
  }
}
