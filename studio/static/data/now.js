/* What is in the studio now: how many faces, the newest of them, and bars of what is known about them. */

import { h, number, part } from '../review/dom.js';

const TONES = ['teal', 'pale', 'amber', 'edge', 'soft', 'line', 'quiet'];

/** Draw the card at the head of the tab. */
export function drawNow(root, { faces, known, newest, model, manage }) {
  part(root, 'now-words').replaceChildren(...words(faces, manage));
  const nothing = faces.total - known.gold - known.annotated;
  part(root, 'now-bars').replaceChildren(
    ...(faces.total
      ? [
          bar('Labels', [['gold', known.gold], ['annotated, not yet gold', known.annotated], ['none yet', nothing, 'track']], faces.total),
          bar('Model', [[`predicted by ${model}`, known.predicted], ['not yet', faces.total - known.predicted, 'track']], faces.total),
          bar('Split', faces.splits.map(([name, count]) => [name === 'none' ? 'no split' : name, count, name === 'none' ? 'track' : undefined]), faces.total),
          bar('Source', faces.sources, faces.total),
        ]
      : []),
  );
  part(root, 'now-faces').replaceChildren(
    ...newest.map(({ id, name, source }) => h('img', { src: `./pictures/${id}`, alt: `${name}, ${source}`, title: name, loading: 'lazy', width: 64, height: 64 })),
  );
}

function words(faces, manage) {
  if (!faces.total) return [h('p', {}, manage ? 'No face is here yet.' : 'No face is here yet. An admin of this studio brings them in.')];
  const more = [
    faces.subjects ? `${number(faces.subjects)} ${faces.subjects === 1 ? 'subject' : 'subjects'}` : 'no subjects named',
    faces.neutral ? `${number(faces.neutral)} at rest` : '',
  ];
  return [
    h('p', { class: 'big' }, number(faces.total), h('span', {}, faces.total === 1 ? 'face' : 'faces')),
    h('p', { class: 'quiet' }, more.filter(Boolean).join(' · ')),
    h('p', {}, h('button', { type: 'button', onclick: () => tab('Annotate')?.click() }, 'Annotate them')),
  ];
}

const tab = (name) => [...document.querySelectorAll('#tabs [role=tab]')].find((one) => one.textContent.trim() === name && one.offsetWidth);

/** One bar: parts [name, count, tone], with its words beside it, so that the picture is never alone. */
function bar(title, parts, total) {
  const shown = parts.filter(([, count]) => count > 0);
  const percent = (count) => `${Math.round((100 * count) / total)} %`;
  return h(
    'div',
    { class: 'measure' },
    h('h3', {}, title),
    h(
      'div',
      { class: 'stack', 'aria-hidden': 'true' },
      shown.map(([, count, tone], at) => h('i', { style: `flex-grow:${count};background:var(--${tone ?? TONES[at % TONES.length]})` })),
    ),
    h(
      'p',
      {},
      shown.map(([name, count, tone], at) =>
        h('span', { class: 'key' }, h('i', { style: `background:var(--${tone ?? TONES[at % TONES.length]})`, 'aria-hidden': 'true' }), `${name} `, h('b', {}, number(count)), ` ${percent(count)}`),
      ),
    ),
  );
}
