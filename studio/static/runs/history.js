/* The history: the line of revisions, and the table under it with what can be done. Pointing at one lights the other. */

import { h, part, when } from '../review/dom.js';
import { edges, one, signed, times } from './words.js';

const STATES = { running: 'under way', stopped: 'stopped', failed: 'failed', rejected: 'rejected', promoted: '', finished: '' };

export class History {
  constructor(desk) {
    this.desk = desk;
    this.open = new Set(); // runs whose reason is unfolded
    this.drawn = '';
    const { root } = desk;
    for (const place of [part(root, 'line'), part(root, 'rows')]) {
      place.addEventListener('pointerover', (event) => this.light(event.target.closest('[data-run]')?.dataset.run));
      place.addEventListener('pointerout', () => this.light(null));
      place.addEventListener('focusin', (event) => this.light(event.target.closest('[data-run]')?.dataset.run));
      place.addEventListener('focusout', () => this.light(null));
    }
    part(root, 'line').addEventListener('click', (event) => {
      const run = Number(event.target.closest('[data-run]')?.dataset.run);
      if (run) this.desk.choose(run);
    });
  }

  light(run) {
    for (const place of this.desk.root.querySelectorAll('[data-run]')) place.classList.toggle('is-lit', Boolean(run) && place.dataset.run === run && run !== '0');
  }

  draw(overview, next) {
    const { root } = this.desk;
    const key = JSON.stringify([overview.line, overview.rows, overview.manage, next, [...this.open]]);
    if (key === this.drawn) return; // the keyboard's place in the table stays
    this.drawn = key;
    const picture = part(root, 'line');
    picture.hidden = !overview.line;
    if (overview.line !== this.line) {
      picture.innerHTML = overview.line; // made and escaped by studio/runs/line.py
      picture.scrollLeft = picture.scrollWidth;
      this.line = overview.line;
    }
    part(root, 'revisions').hidden = !overview.rows.length;
    const kept = document.activeElement?.dataset?.key;
    part(root, 'rows').replaceChildren(...overview.rows.flatMap((row) => this.rows(row, overview.manage)));
    if (kept) part(root, 'rows').querySelector(`[data-key="${kept}"]`)?.focus();
    this.drawBlank(overview, next);
  }

  rows(row, manage) {
    const kind = row.serves.length ? 'serving' : row.state;
    const line = h(
      'tr',
      { role: 'row', 'data-run': row.run, 'data-kind': kind },
      h('th', { scope: 'row', role: 'rowheader' }, h('b', {}, row.revision ? String(row.revision) : `run ${row.run}`), ' ', marks(row).join(', ')),
      h('td', { role: 'cell' }, learned(row)),
      h('td', { role: 'cell', class: 'number', 'data-name': 'REGE' }, row.rege ? one(row.rege.value) : '–', row.rege ? h('small', {}, edges(row.rege)) : null),
      h('td', { role: 'cell', class: 'number', 'data-name': 'against the one before' }, row.change ? signed(row.change.difference) : '–', row.change ? h('small', {}, edges(row.change)) : null),
      h('td', { role: 'cell', class: 'number', 'data-name': 'original set' }, row.original ? signed(row.original.difference) : '–'),
      h('td', { role: 'cell', class: 'acts' }, this.acts(row, manage)),
    );
    return this.open.has(row.run) ? [line, h('tr', { role: 'row', class: 'why', 'data-kind': kind }, h('td', { role: 'cell', colspan: 6 }, story(row)))] : [line];
  }

  acts(row, manage) {
    const { acts, compare } = this.desk;
    const can = [
      ['why', row.state === 'rejected' ? 'why' : 'story', () => this.unfold(row.run), { 'aria-expanded': this.open.has(row.run) ? 'true' : 'false' }],
      row.comparable && ['compare', 'compare', () => compare(row.parent, row.revision)],
      manage && row.serves.length && ['back', 'roll back', () => acts.rollBack(row)],
      manage && row.revision && !row.serves.length && row.state === 'rejected' && !row.overruled && ['overrule', 'overrule', () => acts.overrule(row)],
      manage && row.revision && !row.serves.length && (row.state !== 'rejected' || row.overruled) && ['serve', 'serve', () => acts.serve(row)],
    ].filter(Boolean);
    return can.flatMap(([key, words, onclick, more = {}], place) => [
      place ? ' · ' : null,
      h('button', { type: 'button', class: 'link', 'data-key': `${key} ${row.run}`, onclick, ...more }, words, h('span', { class: 'sr-only' }, row.revision ? ` revision ${row.revision}` : ` run ${row.run}`)),
    ]);
  }

  unfold(run) {
    if (!this.open.delete(run)) this.open.add(run);
    this.desk.choose(run);
  }

  /** A studio in which nothing was learned yet: what to do, in the order in which it is needed. */
  drawBlank({ rows, manage }, next) {
    const place = part(this.desk.root, 'blank');
    place.hidden = rows.length > 0;
    if (rows.length || !next) return;
    const left = Math.max(0, next.needed - next.new);
    const steps = [
      [next.new >= next.needed, `${times(next.needed, 'new label')} are needed; ${next.new} so far.`, left ? 'Go on annotating; labels count once the people who were asked agree, or a reviewer has decided.' : 'There are enough.'],
      [next.gold_set > 0, next.gold_set ? `${times(next.gold_set, 'face is', 'faces are')} set aside to measure with.` : 'No face is set aside to measure with.', next.gold_set ? '' : 'Without a gold set nobody can tell whether a candidate is better, and none is promoted.'],
      [false, 'Retrain.', 'The candidate must be better on the gold set, for certain, before it serves.'],
    ];
    place.replaceChildren(
      h('p', { class: 'lead' }, 'Nothing was learned yet. The model answers as it came.'),
      h('ol', { class: 'steps' }, steps.map(([done, words, more]) => h('li', { class: done ? 'is-done' : '' }, h('b', {}, words), more ? ` ${more}` : '', done ? h('span', { class: 'sr-only' }, ' Done.') : null))),
      ...(manage && !next.gold_set ? [h('p', { class: 'buttons' }, h('button', { type: 'button', onclick: () => this.desk.acts.toGoldSet() }, 'Set gold faces aside'))] : []),
    );
  }
}

function marks(row) {
  return [
    row.serves.length ? (row.serves.length < row.tasks.length ? `serving ${row.serves.join(', ')}` : 'serving') : '',
    row.dead ? 'no sign of life' : STATES[row.state],
    row.overruled ? 'overruled' : '',
    row.back && !row.serves.length ? 'rolled back' : '',
  ].filter(Boolean);
}

function learned({ learned: found, replay }) {
  if (!found) return '–';
  const parts = [times(found.faces, 'face'), found.new !== found.faces && `${found.new.toLocaleString('en')} new`, replay !== 'none' && 'with replay'];
  return [parts.filter(Boolean).join(', '), found.erased ? h('span', { class: 'mark' }, `${found.erased} erased since`) : null];
}

/** The verdict in words, and every decision about it. */
function story(row) {
  const told = [row.message, row.faces ? `Judged on ${times(row.faces, 'gold face')}, ${when(row.ended ?? row.at)}.` : `Begun ${when(row.at)}.`];
  const decided = groups(row.decisions).map(({ kind, tasks, by, at, reason }) => {
    const what = { promoted: 'Promoted', overruled: 'Promoted against the gate', rolled_back: 'Put back by a rollback' }[kind];
    return h('li', {}, h('b', {}, `${what} for ${tasks.join(' and ')}`), ` by ${by ?? 'the gate'}, ${when(at)}`, by ? `: ${reason}` : '.');
  });
  return [h('p', {}, told.filter(Boolean).join(' ')), decided.length ? h('ul', {}, decided) : null].filter(Boolean);
}

/** Decisions about several tasks at once, told as one. */
function groups(decisions) {
  const found = new Map();
  for (const one of decisions) {
    const key = `${one.kind} ${one.by} ${one.reason} ${one.at.slice(0, 19)}`;
    if (found.has(key)) found.get(key).tasks.push(one.task);
    else found.set(key, { ...one, tasks: [one.task] });
  }
  return [...found.values()];
}
