/* The gold set: how many faces have gold labels, how many of them are frozen to measure models with, and the button
   that freezes more. */

import { h, number, part, when } from '../review/dom.js';

const faces = (count) => `${number(count)} ${count === 1 ? 'face' : 'faces'}`;

export class GoldSet {
  constructor(desk) {
    this.desk = desk;
    this.form = part(desk.root, 'gold-form');
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.freeze();
    });
  }

  async freeze() {
    const refused = part(this.desk.root, 'gold-refused');
    const button = this.form.querySelector('button');
    refused.hidden = true;
    button.disabled = true;
    try {
      const now = await this.desk.ask('freeze_gold_set', Number(this.form.elements.share.value) / 100);
      this.desk.say(`The gold set is frozen: ${faces(now.faces)}.`);
    } catch (error) {
      refused.textContent = error.message;
      refused.hidden = false;
    } finally {
      button.disabled = false;
    }
  }

  draw({ gold_set: now, manage }) {
    const [least, people] = now.fewest;
    const lines = [
      [h('b', {}, faces(now.labelled)), ` with gold labels, ${number(now.new)} of them new: neither in the set nor ever trained on.`],
      now.since
        ? [h('b', {}, `${faces(now.faces)} frozen`), ` since ${when(now.since)}. They show a difference between two models from about ${now.shows} points on.`]
        : [`None is frozen yet, so no model can be judged. It takes ${least} faces of ${people} people at least; a hundred and more tell finer differences.`],
    ];
    part(this.desk.root, 'gold-words').replaceChildren(...lines.map((words) => h('p', {}, ...words)));
    this.form.hidden = !manage || !now.labelled;
  }
}
