/* What a revision does better and worse than the one before it, label by label, with its doubt. */

import { h, part } from '../review/dom.js';
import { edges, named, signed, times } from './words.js';

const SHOWN = 5;

export class Changed {
  constructor(desk) {
    this.desk = desk;
    this.run = null;
    this.key = '';
  }

  choose(run) {
    if (this.desk.row(run)?.labels.length) this.run = run;
  }

  draw({ rows }) {
    const row = rows.find((one) => one.run === this.run) ?? rows.find((one) => one.serves.length && one.labels.length) ?? rows.find((one) => one.labels.length);
    const card = part(this.desk.root, 'changed');
    card.hidden = !row;
    if (!row) return;
    const key = JSON.stringify([row.run, row.labels]);
    if (key === this.key) return;
    this.key = key;
    part(this.desk.root, 'changed-title').textContent = `What changed, ${row.parent ? row.parent : 'base'} to ${row.revision ?? `run ${row.run}`}`;
    const better = row.labels.filter((label) => label.difference > 0).slice(0, SHOWN);
    const worse = row.labels.filter((label) => label.difference < 0).reverse().slice(0, SHOWN);
    const most = Math.max(1, ...row.labels.map((label) => Math.max(Math.abs(label.difference), Math.abs(label.low ?? 0), Math.abs(label.high ?? 0))));
    part(this.desk.root, 'changed-body').replaceChildren(
      h('h3', {}, 'Better'),
      better.length ? table(better, most) : h('p', { class: 'quiet' }, 'No label.'),
      h('h3', {}, 'Worse'),
      worse.length ? table(worse, most) : h('p', { class: 'quiet' }, 'No label.'),
      h('p', { class: 'quiet' }, `Points of F1 against ${named(row.parent)}, 95 % interval; pale where it reaches zero.`),
      ...(row.comparable ? [h('p', {}, h('button', { type: 'button', class: 'link', onclick: () => this.desk.compare(row.parent, row.revision) }, `Side by side on the same ${times(row.faces ?? 0, 'face')}`))] : []),
    );
  }
}

/** Labels with the change of their F1 as a bar from zero, in a table that a reader of the screen reads too. */
export function table(labels, most) {
  const on = (value) => Math.min(1, Math.abs(value) / most);
  const rows = labels.map((label) => {
    const falls = label.difference < 0;
    const [near, far] = falls ? [label.high, label.low] : [label.low, label.high];
    const certain = falls ? label.high < 0 : label.low > 0;
    const inside = Math.sign(near) === Math.sign(label.difference) ? on(near) : 0;
    return h(
      'tr',
      { class: `${falls ? 'is-worse' : 'is-better'}${certain ? '' : ' is-open'}` },
      h('th', { scope: 'row' }, label.name),
      h('td', {}, signed(label.difference), h('small', {}, edges(label))),
      h('td', { class: 'track-cell' }, h('span', { class: 'track', 'aria-hidden': 'true', style: `--to:${on(label.difference)};--near:${inside};--far:${on(far ?? 0)}` }, h('i'), h('b'))),
      h('td', { class: 'quiet' }, String(label.support)),
    );
  });
  return h('table', { class: 'labels' }, h('thead', { class: 'sr-only' }, h('tr', {}, ...['label', 'change of F1', 'bar', 'faces that show it'].map((name) => h('th', { scope: 'col' }, name)))), h('tbody', {}, rows));
}
