/* The windows over the page: each asks one thing and gives a promise of the answer, null where it was closed. */

import { element, part } from './page.js';

function ask(root, name, before = () => {}) {
  const dialog = root.querySelector(`[data-dialog="${name}"]`);
  dialog.returnValue = '';
  before(dialog);
  dialog.showModal();
  dialog.querySelector('footer .save').focus();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes' ? dialog : null), { once: true });
  });
}

export const anyOpen = (root) => Boolean(root.querySelector('dialog[open]'));

export function showKeys(root) {
  return ask(root, 'keys');
}

/** A reason to skip, or null. A digit chooses one; Enter skips. */
export async function askReason(root) {
  const field = part(root, 'reason');
  const dialog = await ask(root, 'skip', (window) => {
    window.querySelector('input[type=radio]').checked = true;
    field.value = '';
    requestAnimationFrame(() => window.querySelector('input[type=radio]').focus());
    window.onkeydown = (event) => {
      const choice = event.target !== field && window.querySelectorAll('input[type=radio]')[event.key - 1];
      if (choice) {
        choice.checked = true;
        choice.focus();
      }
    };
  });
  return dialog && (field.value.trim() || dialog.querySelector('input[type=radio]:checked').value);
}

/** A note, "" to take the flag away, or null. */
export async function askNote(root, flag) {
  const field = part(root, 'flag-note');
  const dialog = await ask(root, 'flag', () => {
    field.value = flag;
    requestAnimationFrame(() => field.focus());
  });
  return dialog && field.value.trim();
}

/** A study's name, or null. */
export async function askStudy(root, studies, current) {
  const place = part(root, 'studies');
  const chosen = (studies.find((study) => study.name === current) ?? studies.find((study) => study.open))?.name;
  place.replaceChildren(...studies.map((study) => studyChoice(study, study.name === chosen)));
  const dialog = await ask(root, 'studies', (window) => requestAnimationFrame(() => window.querySelector(':checked')?.focus()));
  return dialog && (place.querySelector(':checked')?.value ?? null);
}

function studyChoice({ name, mode, overlap, open }, checked) {
  const radio = element('input', { type: 'radio', name: 'an-study', value: name });
  radio.checked = checked;
  const people = overlap === 1 ? '1 annotator' : `${overlap} annotators`;
  const about = [mode.replaceAll('_', ' '), `${people} a face`, open ? '' : 'closed'];
  return element('label', {}, radio, name, element('small', {}, about.filter(Boolean).join(' · ')));
}

/** What the studio refused, each with its reason; `remove(name)` forgets one. */
export function showStuck(root, list, remove) {
  const place = part(root, 'stuck');
  place.replaceChildren(...list.map((entry) => {
    const button = element('button', { type: 'button', class: 'quiet-button' }, 'Remove it');
    const labels = element('code', {}, JSON.stringify(entry.labels));
    const row = element('li', {}, element('b', {}, `Face ${entry.face}`), ` ${entry.why} `, labels, button);
    button.addEventListener('click', () => {
      remove(entry.name);
      row.remove();
    });
    return row;
  }));
  return ask(root, 'stuck');
}
