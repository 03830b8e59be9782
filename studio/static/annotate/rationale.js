/* The texts: in step with the labels, different from the model's in sight, their action units lit on the face.

   What a text says is read by the studio (`check_rationale`), a moment after the last change; nothing is changed unless
   asked for. Behind each editor lies its text once more, invisible but for the marks. */

import { call } from '../calls.js';
import { light } from '../light.js';
import { codesIn, element, marked, part } from './page.js';
import { listed, withLine, withoutLine } from './lines.js';
import { present } from './labels.js';

const PAUSE = 350; // ms without a change before the texts are checked
let timer = 0;

export function drawTexts(root, sheet) {
  for (const text of root.querySelectorAll('.text')) {
    const task = text.dataset.text;
    const area = text.querySelector('textarea');
    const value = sheet.rationales[task];
    if (area.value !== value) area.value = value;
    const pieces = sheet.check?.differences?.[task] ?? [];
    const kept = pieces.filter(([kind]) => kind !== 'removed');
    const fresh = kept.map(([, words]) => words).join('') === value;
    const told = ([kind, words]) => element(kind === 'added' ? 'ins' : 'span', {}, ...marked(words));
    text.querySelector('.paper-marks').replaceChildren(...(fresh ? kept.map(told) : marked(value)), '\n');
    drawRemoved(text.querySelector('.difference'), value.trim() ? pieces : []);
  }
  drawFit(root, sheet);
}

/* What was added to the model's text is marked in the editor; what was taken out of it stands below. */
function drawRemoved(place, pieces) {
  const removed = pieces.filter(([kind, words]) => kind === 'removed' && words.trim());
  place.hidden = !removed.length;
  const nodes = removed.flatMap(([, words], index) => [index ? ' … ' : '', element('del', {}, ...marked(words.trim()))]);
  place.replaceChildren('Of the model’s text: ', ...nodes);
}

function drawFit(root, sheet) {
  const place = part(root, 'fit');
  const { sentences, repairs, fits } = fit(sheet);
  place.hidden = !sentences.length && !repairs.length;
  place.classList.toggle('fits', fits);
  place.classList.remove('asks');
  const buttons = repairs.map(({ name, code }) =>
    element('button', { type: 'button', 'data-do': 'repair', 'data-code': code ?? '', ...(code && { 'data-au': code }) }, name));
  const chord = element('kbd', { 'aria-hidden': 'true' }, 'Alt A');
  if (repairs.length) buttons.at(-1).append(' ', chord);
  place.replaceChildren(element('p', {}, ...marked(sentences.join(' '))), ...buttons);
}

/** What there is to say of texts and labels, and what would bring them in step. */
export function fit(sheet) {
  const { tasks = {}, hint } = sheet.check ?? {};
  const sentences = [];
  const repairs = [];
  const units = tasks.au;
  const written = sheet.rationales.au.trim();
  if (units && written) {
    if (units.missing.length) sentences.push(`Labelled, but not in the text: ${units.missing.join(', ')}.`);
    if (units.extra.length) sentences.push(`In the text, but not labelled: ${units.extra.join(', ')}.`);
    repairs.push(...units.missing.slice(0, 3).map((code) => ({ name: `Add ${code}’s line`, code })));
    repairs.push(...units.extra.slice(0, 3).map((code) => ({ name: `Take ${code} out`, code })));
  }
  const emotion = tasks.emotion;
  if (emotion && !emotion.agrees && sheet.rationales.emotion.trim()) {
    const label = sheet.vocabulary.spoken[sheet.labels.emotion] ?? 'nothing yet';
    sentences.push(`The text says ${emotion.said}, the label ${label}.`);
  }
  const differs = sentences.length > 0;
  if (units && (differs ? units.missing.length + units.extra.length > 1 : !written && present(sheet.labels).length)) {
    repairs.push({ name: differs ? 'All in step' : 'Write a line for each' });
  }
  if (!differs && written && units) {
    sentences.push(units.said.length ? `Text and labels agree: ${units.said.join(', ')}.` : 'Text and labels agree.');
  }
  if (hint) sentences.push(hint);
  return { sentences, repairs, differs, fits: !differs && !hint };
}

/** The texts with one unit, or (no code) all of them, in step with the labels. Where the studio cannot be asked what
    the text says, its lines do. */
export async function repaired(sheet, code, order, lineOf) {
  if (sheet.checked !== state(sheet)) await check(sheet).catch(quiet);
  const labelled = present(sheet.labels);
  const said = sheet.checked === state(sheet) ? sheet.check.tasks.au.said : listed(sheet.rationales.au);
  const about = (each) => !code || each === code;
  let text = sheet.rationales.au;
  const extra = said.filter((one) => !labelled.includes(one) && about(one));
  const lacking = labelled.filter((one) => !said.includes(one) && about(one));
  for (const one of extra) text = withoutLine(text, one);
  for (const one of lacking) text = withLine(text, one, lineOf(one), order);
  return { ...sheet.rationales, au: text };
}

/** Check soon; `done` is called where the answer is still about what the sheet says. */
export function checkSoon(sheet, done) {
  clearTimeout(timer);
  timer = setTimeout(() => check(sheet).then((fresh) => fresh && done(), quiet), PAUSE);
}

/** Ask the studio what the texts say. False where the sheet has changed meanwhile. Throws CallError. */
export async function check(sheet) {
  clearTimeout(timer);
  const about = state(sheet);
  const found = await call(
    'check_rationale',
    [sheet.assignment.id, sheet.labels, sheet.rationales, sheet.prediction?.id ?? null],
    { seconds: 4 },
  );
  if (state(sheet) !== about) return false;
  sheet.check = found;
  sheet.checked = about;
  return true;
}

/** What a check is about; the same as `sheet.checked` where the last one still holds. */
export const state = (sheet) => JSON.stringify([sheet.labels, sheet.rationales, sheet.prediction?.id]);

export function listenToTexts(root, sheet, change) {
  for (const text of root.querySelectorAll('.text')) {
    const area = text.querySelector('textarea');
    const marks = text.querySelector('.paper-marks');
    area.addEventListener('input', () => {
      const now = sheet();
      if (now) change({ rationales: { ...now.rationales, [text.dataset.text]: area.value } }, `text ${text.dataset.text}`);
    });
    area.addEventListener('pointermove', (event) => {
      const codes = [...marks.querySelectorAll('.code')];
      light(codes.find((code) => [...code.getClientRects()].some((box) => holds(box, event)))?.dataset.au ?? '');
    });
    area.addEventListener('keyup', () => light(codeAt(area.value, area.selectionStart)));
  }
}

const holds = (box, { clientX, clientY }) =>
  box.left <= clientX && clientX <= box.right && box.top <= clientY && clientY <= box.bottom;

function codeAt(text, place) {
  return codesIn(text).find(({ index, text: written }) => index <= place && place <= index + written.length)?.code ?? '';
}

function quiet(error) {
  if (!error.kind) throw error;
}

