/* Draws a sheet into all of the page, in one go: the only way from what is known to what is seen. */

import { drawField } from './field.js';
import { drawForm } from './form.js';
import { announce, part } from './page.js';
import { drawTexts } from './rationale.js';
import { drawSaid } from './said.js';

const WORDS = { first: 'Save and next', reveal: 'Save and compare', correct: 'Save correction', revise: 'Save revision' };

export function draw(root, sheet, stage) {
  drawForm(root, sheet);
  drawField(root, sheet);
  drawTexts(root, sheet);
  drawSaid(root, sheet);
  stage.mark(sheet);
  drawCommands(root, sheet);
}

function drawCommands(root, sheet) {
  const revising = sheet.phase === 'revise';
  const keeps = revising && !sheet.changed;
  const compares = sheet.phase === 'first' && sheet.assignment.mode === 'blind_then_revise';
  part(root, 'save-word').textContent = keeps ? 'Keep as it was' : WORDS[compares ? 'reveal' : sheet.phase];
  root.querySelector('[data-do="keep"]').hidden = !revising || keeps;
  const flag = root.querySelector('.command[data-do="flag"]');
  flag.classList.toggle('is-on', Boolean(sheet.flag));
  flag.setAttribute('aria-label', sheet.flag ? `Flag: ${sheet.flag}` : 'Flag');
  flag.title = sheet.flag;
  root.dataset.phase = sheet.phase;
}

/** Show one of the states: face, loading, empty, finished, closed, failed, offline, signed-out. */
export function showState(root, state, sentence = '') {
  const before = root.dataset.state;
  root.dataset.state = state;
  const place = root.querySelector(`.state[data-for="${state}"]`);
  if (!place) return;
  if (sentence) part(root, `why-${state}`).textContent = sentence;
  if (before === state) return;
  announce(root, place.querySelector('h2').textContent);
  // What had the focus in here is gone; the way on is what there is to do.
  const held = document.activeElement;
  if (root.offsetParent && (held === document.body || root.contains(held))) [...place.querySelectorAll('button')].find((button) => button.offsetParent)?.focus();
}
