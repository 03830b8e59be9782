/* Emotions and action units as buttons: draws a sheet into them, and turns clicks and arrows into changes. */

import { said, withEmotion, withUnit } from './keys.js';

/** Draw labels and, where it is in sight, the model's probabilities. */
export function drawForm(root, sheet) {
  const labels = said(sheet.items);
  for (const button of root.querySelectorAll('.emotion')) {
    button.setAttribute('aria-checked', String(button.dataset.emotion === labels.emotion));
  }
  for (const row of root.querySelectorAll('.row')) drawRow(row, labels.au[row.dataset.au] ?? { state: 'absent' });
  for (const card of root.querySelectorAll('[data-task]')) card.hidden = !sheet.tasks.includes(card.dataset.task);
  drawOdds(root, sheet.prediction?.probabilities);
}

function drawRow(row, { state, intensity, side }) {
  row.dataset.value = state;
  for (const button of row.querySelectorAll('[data-state]')) press(button, button.dataset.state === state);
  for (const button of row.querySelectorAll('[data-intensity]')) press(button, button.dataset.intensity === intensity);
  for (const button of row.querySelectorAll('[data-side]')) press(button, side === 'both' || button.dataset.side === side);
}

const press = (button, on) => button.setAttribute('aria-pressed', String(on));

function drawOdds(root, probabilities) {
  root.querySelector('.form').classList.toggle('with-odds', Boolean(probabilities));
  for (const button of root.querySelectorAll('.emotion')) width(button, probabilities?.emotion?.[button.dataset.emotion]);
  for (const row of root.querySelectorAll('.row')) width(row, probabilities?.au?.[row.dataset.au]);
}

function width(place, probability) {
  const bar = place.querySelector('.odds');
  bar.style.setProperty('--odds', probability ?? 0);
  bar.title = probability === undefined ? '' : `the model: ${Math.round(100 * probability)} %`;
}

/** Tell `change(text)` the key field's new text at each click. */
export function listenToForm(root, sheet, change) {
  root.addEventListener('click', (event) => {
    const now = sheet();
    const button = event.target.closest('.emotion, .row button, .row-name, .row > b');
    if (!now || !button) return;
    if (button.matches('.emotion')) {
      const on = button.getAttribute('aria-checked') === 'true';
      change(withEmotion(now.text, on ? null : button.dataset.emotion, now.vocabulary));
    } else {
      const code = button.closest('.row').dataset.au;
      change(withUnit(now.text, code, next(button, said(now.items).au[code] ?? { state: 'absent' }), now.vocabulary));
    }
  });
  root.addEventListener('keydown', (event) => {
    const list = event.target.closest('.emotion-list, .rows');
    if (list && event.key.startsWith('Arrow') && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const to = list.matches('.rows') ? inRows(event.target, event.key) : inList(list, event.target, event.key);
      if (to) visit(list, to);
    }
  });
  root.addEventListener('focusin', (event) => {
    const list = event.target.closest('.emotion-list, .rows');
    if (list && event.target.matches('button')) stop(list, event.target);
  });
}

/* A unit's state after a button of its row was pressed; null takes back what was said of it. */
function next(button, { state, intensity, side }) {
  if (button.matches('.row-name, b')) return state === 'present' ? null : { state: 'present' };
  const { state: wanted, intensity: grade, side: where } = button.dataset;
  if (wanted) return wanted === 'absent' ? null : wanted === state ? { state, intensity, side } : { state: wanted };
  if (grade) return { state: 'present', side, intensity: grade === intensity ? undefined : grade };
  return { state: 'present', intensity, side: toggled(side, where) };
}

function toggled(side, where) {
  const other = where === 'left' ? 'right' : 'left';
  if (!side) return where;
  if (side === 'both') return other;
  return side === where ? undefined : 'both';
}

/* ---- Arrows; a list is one stop of the Tab key ---- */
function inRows(button, key) {
  const row = button.closest('.row');
  const buttons = [...row.querySelectorAll('button')].filter((each) => each.offsetParent);
  const at = buttons.indexOf(button);
  if (key === 'ArrowLeft') return buttons[at - 1];
  if (key === 'ArrowRight') return buttons[at + 1];
  const other = key === 'ArrowDown' ? row.nextElementSibling : row.previousElementSibling;
  const there = [...(other?.querySelectorAll('button') ?? [])].filter((each) => each.offsetParent);
  return there[Math.min(at, there.length - 1)];
}

function inList(list, button, key) {
  const buttons = [...list.querySelectorAll('button')];
  const step = key === 'ArrowDown' || key === 'ArrowRight' ? 1 : -1;
  return buttons[(buttons.indexOf(button) + step + buttons.length) % buttons.length];
}

function visit(list, button) {
  stop(list, button);
  button.focus();
}

function stop(list, button) {
  for (const other of list.querySelectorAll('button')) other.tabIndex = other === button ? 0 : -1;
}
