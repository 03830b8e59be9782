/* Keys and pointer, turned into commands (a table of functions by name); and the light of what is pointed at. */

import { light } from '../light.js';
import { commandOf, holdsNeutral } from './commands.js';
import { anyOpen } from './dialogs.js';
import { part } from './page.js';

const REPEATED = ['closer', 'farther', 'undo']; // also while the key is held

export function listenToHands(root, stage, commands) {
  document.addEventListener('keydown', (event) => {
    const here = root.offsetParent && (root.contains(event.target) || event.target === document.body);
    if (!here || anyOpen(root) || event.isComposing || event.defaultPrevented) return;
    if (holdsNeutral(event, root)) {
      event.preventDefault();
      stage.neutral(true);
      return;
    }
    const command = commandOf(event, root);
    if (!command) return;
    event.preventDefault();
    if (command.pan) stage.pan(...command.pan);
    else if (!event.repeat || REPEATED.includes(command.name)) commands[command.name]();
  });
  root.addEventListener('click', (event) => {
    const button = event.target.closest('[data-do]');
    if (button) commands[button.dataset.do]?.(button);
  });
  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('#top-places button');
    if (button?.closest('#top-study')) commands.studies();
    else if (button?.closest('#top-saved')) commands.stuck();
  });
  // A click leaves the cursor in the key field, so that hands may go back and forth between mouse and keys.
  root.addEventListener('mousedown', (event) => {
    const button = event.target.closest('button, .row-name, .row > b');
    if (button && !event.target.closest('dialog') && document.activeElement === part(root, 'keys')) event.preventDefault();
  });
  holdForNeutral(root, stage);
  pointAtUnits(root);
}

function holdForNeutral(root, stage) {
  const button = root.querySelector('.tool[data-do="neutral"]');
  const letGo = () => stage.neutral(false);
  button.addEventListener('pointerdown', () => stage.neutral(true));
  button.addEventListener('keydown', ({ key }) => { if (key === ' ' || key === 'Enter') stage.neutral(true); });
  for (const kind of ['pointerup', 'pointerleave', 'pointercancel', 'keyup']) button.addEventListener(kind, letGo);
  document.addEventListener('keyup', ({ key, code }) => {
    if (key === 'Alt' || code === 'KeyV' || key.toLowerCase() === 'v') letGo();
  });
  addEventListener('blur', letGo);
}

function pointAtUnits(root) {
  const unit = (event) => event.target.closest?.('[data-au]')?.dataset.au ?? '';
  root.addEventListener('pointerover', (event) => {
    if (event.pointerType !== 'touch' && !event.target.closest('.face, textarea')) light(unit(event));
  });
  root.addEventListener('pointerleave', () => light(''));
  root.addEventListener('focusin', (event) => { if (!event.target.matches('.keys, textarea')) light(unit(event)); });
}
