/* The window that asks before what serves is changed. It stays open until the studio has done it, or says why not. */

import { part } from '../review/dom.js';

/** Asks, then does: `act(reason)`. What goes wrong is said in the window, where the reason still stands. */
export function ask(root, { title, words, yes, reason = true, act }) {
  const dialog = part(root, 'ask');
  const field = part(root, 'ask-reason');
  const refused = part(root, 'ask-refused');
  const button = part(root, 'ask-yes');
  part(root, 'ask-title').textContent = title;
  part(root, 'ask-words').textContent = words;
  button.textContent = yes;
  part(root, 'ask-field').hidden = !reason;
  Object.assign(field, { required: reason, value: '' });
  refused.hidden = true;
  dialog.querySelector('form').onsubmit = async (event) => {
    if (event.submitter?.value !== 'yes') return;
    event.preventDefault();
    refused.hidden = true;
    button.disabled = true;
    try {
      await act(field.value.trim());
      dialog.close('yes');
    } catch (error) {
      refused.textContent = error.message;
      refused.hidden = false;
    } finally {
      button.disabled = false;
    }
  };
  dialog.showModal();
}
