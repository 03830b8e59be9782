/* The matrix of answers: rows are labels, columns people, the model and the gold label; the last column is the
   decision, made by a click on a cell, by keys, or by the buttons in it. */
import { h, part, said, when } from './dom.js';

const SHORT = { present: 'yes', absent: 'no', not_visible: 'n/v' };
const LETTERS = { H: 'happiness', S: 'sadness', U: 'surprise', A: 'anger', N: 'neutral', D: 'disgust', F: 'fear', X: 'cant_tell' };
const STATES = { Y: 'present', N: 'absent', V: 'not_visible' };

export function showMatrix(root, decision, names, nameOf) {
  const { columns, rows } = decision.found;
  const open = root.querySelector('.answers details.rest')?.open ?? false;
  const heads = columns.map((column, index) => head(column, index, nameOf));
  const table = (shown, label) => h(
    'div', { class: 'matrix-frame' },
    h(
      'table', { class: 'matrix', role: 'grid', 'aria-label': label },
      h('thead', {}, h('tr', { role: 'row' }, h('th', { scope: 'col', role: 'columnheader' }, 'Label'), heads.map((one) => one.cloneNode(true)),
        h('th', { scope: 'col', role: 'columnheader', class: 'is-decision' }, 'Decision'))),
      h('tbody', {}, shown.map((row) => line(row, decision, names, nameOf))),
    ),
  );
  const main = rows.filter((row) => row.group !== 'rest');
  const rest = rows.filter((row) => row.group === 'rest');
  const parts = [];
  if (main.length) parts.push(table(main, 'Answers side by side'));
  if (rest.length) {
    const words = rest.length === 1 ? '1 label that nobody saw' : `${rest.length} labels that nobody saw`;
    parts.push(h('details', { class: 'rest', open: open || !main.length }, h('summary', {}, words), table(rest, 'Labels that nobody saw')));
  }
  part(root, 'answers').replaceChildren(h('section', { class: 'card' }, parts));
  roving(root);
}

function head(column, index, nameOf) {
  const remarks = [];
  if (column.skipped) remarks.push(h('span', { class: 'remark' }, `skipped: ${column.skipped}`));
  if (column.flag) remarks.push(h('span', { class: 'remark' }, `flag: ${column.flag}`));
  if (column.check) remarks.push(h('span', { class: 'remark' }, 'as a check'));
  const name = nameOf(column);
  const key = index < 9 ? h('kbd', {}, String(index + 1)) : null;
  const take = Object.keys(column.cells).length
    ? h('button', { type: 'button', class: 'take', 'data-take': index, title: `Take the whole answer of ${name}` }, key, ' ', name, h('span', { class: 'sr-only' }, ': take the whole answer'))
    : h('span', { class: 'take' }, name);
  return h('th', { scope: 'col', role: 'columnheader', class: `is-${column.kind}`, title: column.at ? when(column.at) : null }, take, remarks);
}

function line(row, decision, names, nameOf) {
  const unit = row.key.startsWith('au/') ? row.name : null;
  return h(
    'tr', { role: 'row', 'data-row': row.key, 'data-group': row.group, 'data-au': unit, class: decision.get(row.key) ? null : 'is-open' },
    h('th', { scope: 'row', role: 'rowheader' }, h('b', {}, row.name), unit ? h('span', {}, ` ${row.title}`) : null, row.group === 'disputed' ? h('span', { class: 'sr-only' }, ', disputed') : null),
    decision.found.columns.map((column, index) => cell(row, column, index, decision, nameOf)),
    h('td', { role: 'gridcell', class: 'is-decision' }, unit ? unitButtons(row, decision, names) : emotionChoice(row, decision, names)),
  );
}

function cell(row, column, index, decision, nameOf) {
  const given = column.cells[row.key];
  const first = column.first_pass?.[row.key];
  const taken = decision.takes(row.key, index);
  const words = given ? spoken(given) : 'said nothing';
  const changed = column.first_pass && first && spoken(first) !== words ? `, first ${spoken(first)}` : '';
  return h(
    'td', { role: 'gridcell', class: `is-${column.kind}` },
    h(
      'button',
      {
        type: 'button', class: 'answer', tabindex: '-1', 'data-column': index, 'data-state': given ? (row.key === 'emotion' ? 'named' : given.state) : 'none',
        'aria-pressed': String(taken), 'aria-label': `${nameOf(column)}: ${row.name} ${words}${changed}`,
      },
      given ? shown(given) : '·',
      changed ? h('small', {}, `was ${shown(first)}`) : null,
    ),
  );
}

function unitButtons(row, decision, names) {
  const now = decision.get(row.key);
  const states = Object.entries(SHORT).map(([state, short]) => h(
    'button', { type: 'button', tabindex: '-1', 'data-set': state, 'aria-pressed': String(now?.state === state), 'aria-label': `${row.name} ${said(state)}` }, short));
  const letters = names.intensities.map((letter) => h(
    'button', { type: 'button', tabindex: '-1', 'data-intensity': letter, 'aria-pressed': String(now?.intensity === letter), 'aria-label': `${row.name} intensity ${letter}` }, letter));
  const side = now?.side ? h('span', { class: 'side-of' }, now.side) : null;
  return [h('span', { class: 'states' }, states), h('span', { class: 'letters', hidden: now?.state !== 'present' }, letters), side];
}

function emotionChoice(row, decision, names) {
  const now = decision.get(row.key)?.state ?? '';
  return h(
    'select', { 'aria-label': 'Emotion decided', tabindex: '-1', 'data-emotion': '' },
    now ? null : h('option', { value: '' }, 'choose'),
    names.emotions.map((name) => h('option', { value: name, selected: name === now }, said(name))),
  );
}

const shown = (given) => (SHORT[given.state] ? [SHORT[given.state], given.intensity, given.side?.[0].toUpperCase()].filter(Boolean).join(' ') : said(given.state));
const spoken = (given) => [said(given.state), given.intensity, given.side].filter(Boolean).join(' ');

/* ---- Keys: one place of each matrix can be reached by Tab, arrows go on from there ---- */
const places = (row) => [...row.querySelectorAll('button.answer, .is-decision :is(button, select)')].filter((place) => place.offsetParent);
const lines = (root) => [...root.querySelectorAll('.answers tr[data-row]')].filter((row) => row.offsetParent);

export function roving(root, at = null) {
  for (const table of root.querySelectorAll('.answers .matrix')) {
    if (at && !table.contains(at)) continue;
    const now = at ?? table.querySelector('[tabindex="0"]') ?? table.querySelector('.answer');
    for (const place of table.querySelectorAll('[tabindex="0"]')) place.setAttribute('tabindex', '-1');
    now?.setAttribute('tabindex', '0');
  }
}

/** Where the cursor is, so that it is there again after the matrix was drawn anew. */
export function cursor(root) {
  const row = document.activeElement?.closest?.('.answers tr[data-row]');
  return row && root.contains(row) ? { key: row.dataset.row, index: places(row).indexOf(document.activeElement) } : null;
}

export function restore(root, at) {
  const row = at && root.querySelector(`.answers tr[data-row="${at.key}"]`);
  const place = row && (places(row)[at.index] ?? places(row).at(-1));
  if (!place) return;
  roving(root, place);
  place.focus({ preventScroll: true });
}

export function move(root, element, key) {
  const row = element.closest('tr[data-row]');
  const here = places(row);
  const index = here.indexOf(element);
  if (key === 'ArrowLeft' || key === 'ArrowRight') return step(root, here[index + (key === 'ArrowRight' ? 1 : -1)]);
  const all = lines(root);
  const next = all[all.indexOf(row) + (key === 'ArrowDown' ? 1 : -1)];
  if (!next) return false;
  const there = places(next);
  return step(root, there[Math.min(index, there.length - 1)]);
}

function step(root, place) {
  if (!place) return false;
  roving(root, place);
  place.focus();
  place.scrollIntoView({ block: 'nearest' });
  return true;
}

/** What a letter means on a row: {state} or {letter}; null where nothing. */
export function meaning(key, row) {
  const letter = key.toUpperCase();
  if (row === 'emotion') return LETTERS[letter] ? { state: LETTERS[letter] } : null;
  if (STATES[letter]) return { state: STATES[letter] };
  return /^[A-E]$/.test(letter) ? { letter } : null;
}
