/* The list of faces: what is disputed or remarked on each, and the offer to accept what all agree on. */
import { h, number, part, said } from './dom.js';

const MOST = 4; // labels named on one face
const COUNTED = 2_000; // db.review.MOST: counting ends there

export function showLists(root, counts, which) {
  for (const pill of root.querySelectorAll('[data-list]')) {
    pill.setAttribute('aria-pressed', String(pill.dataset.list === which));
    const count = counts[pill.dataset.list] ?? 0;
    pill.querySelector('b').textContent = `${number(count)}${count >= COUNTED ? '+' : ''}`;
  }
}

export function showFaces(root, items, chosen, pick) {
  const list = part(root, 'faces');
  const had = list.contains(document.activeElement);
  list.replaceChildren(...items.map((item) => h('li', {}, face(item, item.face_id === chosen, pick))));
  if (had) list.querySelector('[aria-current]')?.focus({ preventScroll: true });
  list.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
}

export function markFace(root, chosen) {
  for (const button of part(root, 'faces').querySelectorAll('button')) {
    if (Number(button.dataset.face) === chosen) {
      button.setAttribute('aria-current', 'true');
      button.scrollIntoView({ block: 'nearest' });
    } else button.removeAttribute('aria-current');
  }
}

function face(item, current, pick) {
  const named = item.what.slice(0, MOST).map((name) => h('span', { class: 'mark' }, name));
  if (item.what.length > MOST) named.push(h('span', { class: 'mark' }, `+${item.what.length - MOST}`));
  const answers = item.answers === 1 ? '1 answer' : `${item.answers} answers`;
  const lines = [
    h('span', { class: 'face-title' }, said(item.emotion ?? 'No answer')),
    named.length ? h('span', { class: 'marks' }, h('span', { class: 'sr-only' }, 'disputed: '), named) : null,
    h('span', { class: 'face-more' }, item.gold ? `gold, ${item.gold}` : `${answers} of ${item.wanted}`),
    item.notes.length ? h('span', { class: 'face-note' }, item.notes.join('; ')) : null,
  ];
  return h(
    'button',
    {
      type: 'button', class: 'face-item', 'data-face': item.face_id, 'aria-current': current ? 'true' : null,
      onclick: () => pick(item.face_id),
    },
    h('img', { src: item.picture, alt: '', loading: 'lazy', width: 56, height: 56 }),
    h('span', { class: 'face-lines' }, lines),
  );
}

/** The offer above the list of agreed faces; `accept` gets what shows how far it is. */
export function showBulk(root, count, accept) {
  const place = part(root, 'bulk');
  place.hidden = !count;
  if (!count) return;
  const faces = count === 1 ? '1 face' : `${number(count)}${count >= COUNTED ? ' faces or more' : ' faces'}`;
  place.replaceChildren(
    h('p', {}, `All annotators agree on ${faces}.`),
    h('button', { type: 'button', class: 'primary', 'data-do': 'accept', onclick: () => accept(count) }, 'Accept all as gold'),
  );
}

export function showAccepting(root, done, count) {
  part(root, 'bulk').replaceChildren(
    h('p', { role: 'status' }, `Accepted ${number(done)} of ${number(count)}.`),
    h('progress', { max: count, value: Math.min(done, count), 'aria-label': 'Faces accepted' }),
  );
}
