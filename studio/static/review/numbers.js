/* The numbers: asked for when looked at, shown as the studio drew them, saved as a file on demand. */
import { call } from '../calls.js';
import { part, when } from './dom.js';

const PATIENCE = { seconds: 120 };

export async function showNumbers(root, study) {
  const place = part(root, 'numbers');
  const at = part(root, 'numbers-at');
  at.textContent = 'Counting.';
  place.setAttribute('aria-busy', 'true');
  try {
    const found = await call('review_numbers', [study], PATIENCE);
    place.innerHTML = found.html; // made and escaped by studio/review/report.py
    at.textContent = `${found.study}, counted ${when(found.at)}`;
  } catch (error) {
    place.replaceChildren();
    at.textContent = error.message;
  } finally {
    place.removeAttribute('aria-busy');
  }
}

export async function saveNumbers(root, study, format) {
  try {
    const found = await call('review_numbers_file', [study, format], PATIENCE);
    const type = { csv: 'text/csv', json: 'application/json' }[format];
    const address = URL.createObjectURL(new Blob([found.text], { type }));
    const link = Object.assign(document.createElement('a'), { href: address, download: found.name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  } catch (error) {
    part(root, 'numbers-at').textContent = error.message;
  }
}
