/* Keys to commands. Chords never type anything, and letters alone never command while something is typed in: so no
   command can eat a code. While the face itself has the focus its own letters work too. */

import { focusField, marksUnit } from './field.js';
import { part } from './page.js';

const ALT = {
  l: 'landmarks', r: 'regions', c: 'light', b: 'box', g: 'guide', m: 'from-model', a: 'repair', t: 'text', k: 'keep',
  '=': 'closer', '+': 'closer', '-': 'farther', 0: 'home', ArrowUp: 'back', ArrowDown: 'forward',
};
const SHIFT = { F: 'flag', S: 'skip' };
const ON_FACE = { l: 'landmarks', r: 'regions', '+': 'closer', '=': 'closer', '-': 'farther', 0: 'home' };
const PAN = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] };
const SPEAKS = /^[a-z0-9-]$/i;

/** The command of a key, or null: { name } or { pan }. Pure but for reading where the focus is. */
export function commandOf(event, root) {
  const { target, key } = event;
  const field = part(root, 'keys');
  const onFace = target === part(root, 'stage');
  const writing = target.matches('textarea, select, input') && target !== field;
  if (key === 'F1') return { name: 'help' };
  if (event.ctrlKey || event.metaKey) {
    if (event.altKey || event.shiftKey) return null;
    if (key.toLowerCase() === 'z' && !writing) return { name: 'undo' };
    return key === 'Enter' ? { name: 'save' } : null;
  }
  if (event.altKey) return named(ALT[letter(event)] ?? ALT[key]);
  if (key === 'Escape') return { name: 'escape' };
  if (writing) return null;
  if (event.shiftKey && SHIFT[key] && key === key.toUpperCase()) return { name: SHIFT[key] };
  if (key === '?') return target === field && marksUnit(field) ? null : { name: 'help' };
  if (onFace && PAN[key]) return { pan: PAN[key] };
  if (onFace && ON_FACE[key.toLowerCase()]) return named(ON_FACE[key.toLowerCase()]);
  if (key === 'Enter' && (target === field || target === document.body)) return { name: 'save' };
  if (target !== field && SPEAKS.test(key)) focusField(root); // and the key is typed there
  return null;
}

/** Whether a key is the one to hold for the neutral face. */
export function holdsNeutral(event, root) {
  if (event.ctrlKey || event.metaKey) return false;
  return letter(event) === 'v' && (event.altKey || event.target === part(root, 'stage'));
}

const named = (name) => (name ? { name } : null);

/* With Alt some keyboards send another character; the key's place tells then. */
const PLACES = { Equal: '=', Minus: '-', Digit0: '0', NumpadAdd: '+', NumpadSubtract: '-', Numpad0: '0' };

function letter({ key, code }) {
  return /^[a-z]$/i.test(key) ? key.toLowerCase() : (code.match(/^Key([A-Z])$/)?.[1].toLowerCase() ?? PLACES[code] ?? key);
}
