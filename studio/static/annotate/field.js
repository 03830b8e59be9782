/* The key field: what is typed goes to the sheet, what it means comes back in words and as light. */

import { light } from '../light.js';
import { announceLater, element, part } from './page.js';
import { words } from './keys.js';

const PAUSE = 700; // ms after the last key until it is read out, so that nobody hears half a number

export function drawField(root, sheet) {
  const field = part(root, 'keys');
  if (field.value !== sheet.text) field.value = sheet.text;
  const place = part(root, 'understood');
  const items = sheet.items.map((item) => {
    const about = { class: `is-${item.kind}`, ...(item.code && { 'data-au': item.code }) };
    return element('span', about, words(item, sheet.vocabulary));
  });
  place.replaceChildren(...items.flatMap((item, index) => (index ? [' · ', item] : [item])));
  if (!items.length) place.replaceChildren(element('span', { class: 'hint' }, hint(sheet)));
  place.classList.toggle('is-unclear', sheet.unclear.length > 0);
  place.scrollTop = place.scrollHeight; // the last thing said is in sight
}

function hint({ tasks }) {
  const asked = { emotion: 'a letter for the emotion', au: 'numbers for action units' };
  return `Type ${tasks.map((task) => asked[task]).filter(Boolean).join(', ')}; Enter saves.`;
}

/** Read out, once the typing pauses, what the field has been understood to say. */
export function sayField(root, sheet) {
  const sentence = () => sheet.items.map((item) => words(item, sheet.vocabulary)).join('; ') || 'Nothing said yet.';
  announceLater(root, sentence, PAUSE);
}

export function listenToField(root, sheet, change) {
  const field = part(root, 'keys');
  field.addEventListener('input', () => {
    const now = sheet();
    if (!now) return;
    change(field.value, `word ${field.value.trimEnd().split(/[\s,;+]+/).length}`);
    sayField(root, now);
    lightCaret();
  });
  for (const kind of ['keyup', 'click', 'focus']) field.addEventListener(kind, lightCaret);

  function lightCaret() {
    const now = sheet();
    const at = field.selectionStart;
    light(now?.items.findLast((item) => item.code && item.start <= at && at <= item.end)?.code ?? '');
  }
}

/** Whether a "?" typed now means "not visible": straight after a number. */
export function marksUnit(field) {
  return /\d$/.test(field.value.slice(0, field.selectionStart));
}

/** Put the cursor where one goes on typing; not where that would bring up a telephone's keyboard, nor away from another
    part of the studio. */
export function focusField(root) {
  const field = part(root, 'keys');
  const { activeElement } = document;
  const elsewhere = activeElement !== document.body && !root.contains(activeElement) && !activeElement?.matches('[role=tab]');
  if (!root.offsetParent || elsewhere || matchMedia('(pointer: coarse)').matches) return;
  field.focus({ preventScroll: true });
  field.setSelectionRange(field.value.length, field.value.length);
}
