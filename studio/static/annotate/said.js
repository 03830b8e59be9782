/* The card with the model's answer, or with why it is not shown. */

import { element, marked, part } from './page.js';
import { present, fromModel } from './labels.js';

export function drawSaid(root, sheet) {
  const { prediction } = sheet;
  const view = sheet.item.view;
  const title = part(root, 'said-title');
  const place = part(root, 'said-text');
  root.querySelector('[data-do="from-model"]').hidden = !prediction || sheet.phase !== 'first';
  if (prediction) {
    const when = sheet.phase === 'revise' ? ' · shown after your first answer' : '';
    title.replaceChildren('What the model said', element('span', {}, ` · ${prediction.model}${prediction.older ? ', an earlier revision' : ''}${when}`));
    place.replaceChildren(...answer(prediction, sheet));
    return;
  }
  title.replaceChildren('What the model said');
  place.replaceChildren(element('p', { class: 'quiet' }, why(view, sheet)));
}

function why(view, { assignment }) {
  if (!view) return 'Loading.';
  if (view.hidden) {
    return assignment.mode === 'blind_then_revise'
      ? 'Hidden until you have saved your own answer; then you may revise it.'
      : 'Hidden: in this study people answer without it.';
  }
  return 'Nothing yet about this face. It is asked when faces are pre-annotated, or when you draw the face’s box.';
}

function answer({ labels, rationales }, sheet) {
  const { emotion } = labels;
  const units = present(fromModel({ labels }));
  const verdict = element('p', { class: 'verdict' });
  if (emotion) verdict.append(element('b', {}, sheet.vocabulary.spoken[emotion] ?? emotion), units.length ? ' · ' : '');
  verdict.append(...units.flatMap((code, index) => [index ? ' ' : '', ...marked(code)]));
  const texts = ['emotion', 'au'].filter((task) => rationales?.[task]).flatMap((task) => paragraphs(rationales[task]));
  return [verdict, ...texts];
}

function paragraphs(text) {
  const lines = text.split('\n').filter((line) => line.trim());
  return lines.map((line) => element('p', { class: /^\s*\d+[.)]/.test(line) ? 'item' : 'line' }, ...marked(line)));
}
