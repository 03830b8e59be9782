/* The rationales: what each wrote, marked where it differs, the text that goes with the decision; and the history. */
import { h, part, said, when } from './dom.js';

const TITLES = { emotion: 'Rationale of the emotion', au: 'Rationale of the action units' };

export function showTexts(root, decision, nameOf, written) {
  const { columns, texts, history } = decision.found;
  root.querySelectorAll('.answers .texts, .answers .history').forEach((old) => old.remove());
  const cards = texts.map((one) => {
    const now = decision.text(one.task);
    const from = now.column === undefined ? now.from : nameOf(columns[now.column]);
    const own = h('textarea', {
      rows: '3', 'data-task': one.task, 'aria-label': `${TITLES[one.task]}, decided`, maxlength: '10000',
      oninput: (event) => written(one.task, event.target.value),
    });
    own.value = now.text;
    return h(
      'section', { class: 'card texts' },
      h('h3', {}, TITLES[one.task]),
      one.texts.map((text) => h(
        'div', { class: 'said' },
        h('p', { class: 'who' }, h('b', {}, nameOf(columns[text.column])), text.compared === null || text.same ? null : h('span', { class: 'quiet' }, `compared with ${nameOf(columns[text.compared])}`),
          h('button', { type: 'button', class: 'link', onclick: () => written(one.task, text.text, columns[text.column].name, true) }, 'Take this text')),
        text.same ? h('p', { class: 'quiet' }, `The same text as ${nameOf(columns[text.compared])}’s.`) : h('p', { class: 'words' }, text.pieces.map(([kind, words]) => (kind === 'same' ? words : h(kind === 'added' ? 'ins' : 'del', {}, words)))),
      )),
      h('label', { class: 'own' }, h('span', {}, 'Text of the gold label', h('span', { class: 'quiet' }, from ? `, from ${from}` : '')), own),
    );
  });
  const place = part(root, 'answers');
  place.append(...cards);
  if (history.length) place.append(past(history));
}

function past(history) {
  const rows = history.map((one, index) => h(
    'li', {},
    h('p', {}, h('b', {}, index === 0 && one.kind !== 'withdrawn' ? `In force: ${one.kind}` : one.kind), ` by ${one.by ?? 'the import'}, ${when(one.at)}`),
    one.kind === 'withdrawn' ? null : h('p', {}, [one.emotion && said(one.emotion), ...one.units].filter(Boolean).join(', ')),
    one.reason ? h('p', { class: 'quiet' }, one.reason) : null,
  ));
  return h('section', { class: 'card history' }, h('h3', {}, 'Decisions about this face'), h('ol', {}, rows));
}
