/* The keys of the Review tab: on a cell of the matrix, anywhere else in the list of cases, on the two views. */
import { askMore, undo } from './acts.js';
import { part } from './dom.js';
import { switchLandmarks } from './face.js';
import { meaning, move } from './matrix.js';

export function key(desk, event) {
  const { root } = desk;
  const target = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || root.querySelector('dialog[open]')) return;
  if (target.closest('.views')) {
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      desk.view(root.dataset.view === 'cases' ? 'numbers' : 'cases');
      root.querySelector('.views [aria-selected=true]').focus();
    }
    return;
  }
  if (target.matches('input, textarea')) {
    if (event.key === 'Escape') root.querySelector('.answers .matrix [tabindex="0"]')?.focus();
    return;
  }
  if (root.dataset.view !== 'cases') return;
  if (inMatrix(desk, event)) event.preventDefault();
  else if (!target.matches('select') && anywhere(desk, event)) event.preventDefault();
}

function inMatrix(desk, event) {
  const row = event.target.closest('tr[data-row]')?.dataset.row;
  const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
  if (!row) return false;
  if (event.key.startsWith('Arrow')) {
    const own = event.target.matches('select') && ['ArrowUp', 'ArrowDown'].includes(event.key);
    return own ? false : move(desk.root, event.target, event.key);
  }
  if (event.target.matches('select')) return false;
  if (digit && event.shiftKey) return desk.change((decision) => decision.takeAll(Number(digit) - 1)), true;
  if (digit) return desk.change((decision) => decision.take(row, Number(digit) - 1)), true;
  const meant = event.key.length === 1 ? meaning(event.key, row) : null;
  if (!meant) return false;
  desk.change((decision) => (meant.letter ? decision.intensity(row, meant.letter) : decision.set(row, { ...decision.get(row), ...meant })));
  return true;
}

function anywhere(desk, event) {
  const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
  if (digit && event.shiftKey) return desk.change((decision) => decision.takeAll(Number(digit) - 1)), true;
  const acts = {
    j: () => desk.step(1),
    k: () => desk.step(-1),
    r: () => part(desk.root, 'reason').focus(),
    z: () => undo(desk),
    m: () => askMore(desk),
    l: () => switchLandmarks(desk.root),
    '?': () => part(desk.root, 'help').showModal(),
  };
  const act = acts[event.key.toLowerCase()];
  act?.();
  return Boolean(act);
}
