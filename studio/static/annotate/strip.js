/* The film strip: the faces one has done, the one on the desk, the next two. */

import { element, part } from './page.js';

const BACK = 4; // done faces in sight

/** `done`: history items, the oldest first; `open`: the assignment on the desk; `now`, `next`: queue items; `spoken`:
    emotions in words. */
export function drawStrip(root, { done, open, now, next, spoken }) {
  const at = done.findIndex((item) => item.assignment_id === open);
  const end = at < 0 ? done.length : Math.max(Math.min(at + Math.ceil(BACK / 2) + 1, done.length), Math.min(BACK, done.length));
  const shown = done.slice(Math.max(0, end - BACK), end);
  const frames = shown.map((item) => doneFrame(item, item.assignment_id === open, spoken));
  if (now) frames.push(nowFrame(now, at < 0));
  frames.push(...next.slice(0, 2).map(nextFrame));
  part(root, 'strip').replaceChildren(...frames);
}

function words({ kind, emotion, aus }, spoken) {
  if (kind === 'skip') return 'skipped';
  return [spoken[emotion], aus.join(' ')].filter(Boolean).join(', ') || 'no action unit';
}

function doneFrame(item, open, spoken) {
  const mark = item.kind === 'skip' ? '–' : '✓';
  const said = words(item, spoken);
  const name = `Done: ${said}${item.flag ? `, flagged: ${item.flag}` : ''}. Go back to it.`;
  const button = element(
    'button',
    {
      type: 'button',
      'data-do': 'open',
      'data-assignment': item.assignment_id,
      title: said,
      'aria-label': name,
      ...(open && { 'aria-current': 'true' }),
    },
    thumb(`pictures/${item.face_id}`),
    element('i', { class: item.flag ? 'mark flagged' : 'mark', 'aria-hidden': 'true' }, item.flag ? '!' : mark),
  );
  return element('li', { class: open ? 'is-open' : 'is-done' }, button);
}

function nowFrame(item, open) {
  const attributes = open
    ? { 'aria-current': 'true', 'aria-label': 'The face on the desk', tabindex: '-1' }
    : { 'aria-label': 'Forward to the face that is next' };
  const button = element('button', { type: 'button', 'data-do': 'ahead', ...attributes }, thumb(item.face.picture));
  return element('li', { class: open ? 'is-open' : 'is-next' }, button);
}

function nextFrame(item) {
  return element('li', { class: 'is-next', 'aria-hidden': 'true' }, thumb(item.face.picture));
}

function thumb(address) {
  const image = element('img', { src: new URL(address, document.baseURI).href, alt: '', loading: 'lazy' });
  image.addEventListener('error', () => image.classList.add('is-missing'));
  return image;
}
