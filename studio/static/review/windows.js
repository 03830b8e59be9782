/* What speaks to the reviewer: a line that comes and goes, a question that waits for an answer. */
import { h, part } from './dom.js';

let timer = 0;

/** A line at the bottom, with one thing to do about it. */
export function tell(root, words, action = null) {
  const toast = part(root, 'toast');
  clearTimeout(timer);
  toast.replaceChildren(h('span', {}, words), action ? h('button', { type: 'button', class: 'link', 'data-do': action.does, onclick: action.run }, action.name) : '');
  toast.hidden = false;
  timer = setTimeout(() => { toast.hidden = true; }, 12_000);
}

export function announce(root, words) {
  part(root, 'announce').textContent = words;
}

/** Asks; resolves to false where it is cancelled, else to the reason that was given (true where none is asked). */
export function ask(root, { title, words, yes, reason = false }) {
  const dialog = part(root, 'ask');
  const field = part(root, 'ask-reason');
  part(root, 'ask-title').textContent = title;
  part(root, 'ask-words').textContent = words;
  part(root, 'ask-yes').textContent = yes;
  part(root, 'ask-field').hidden = !reason;
  field.required = reason;
  field.value = '';
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes' && (reason ? field.value.trim() : true)), { once: true });
  });
}
