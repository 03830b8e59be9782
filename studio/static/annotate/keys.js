/* The key field's grammar, pure: text in, what it means out, and the other way round.

   One item a word, words parted by spaces, commas, semicolons or plus signs:
     h          an emotion by its letter (or name); the last one counts
     12         AU12 present; 12c with intensity A-E; 12l, 12r, 12lr or l12 with a side of their face
     -12        AU12 not present
     12?        AU12 not visible
   Of several items about one thing the last counts. Upper and lower case mean the same.

   A vocabulary says which emotions and units there are: { emotions: { h: 'happiness', ... }, spoken: { happiness:
   'happiness', ... }, units: { AU12: 'lip corner puller', ... }, grades: { C: 'marked', ... } }. */

const WORD = /[^\s,;+]+/g;
const UNIT = /^(-)?(?:au)?([lr])?0*(\d{1,3})([a-z]*)(\?)?$/;
const SIDES = { l: 'left', r: 'right', lr: 'both' };
const LETTERS = { left: 'l', right: 'r', both: 'lr' };

/** Items of a text in reading order: { start, end, text, kind: 'emotion' | 'unit' | 'unclear', ... }. */
export function read(text, vocabulary) {
  return [...text.matchAll(WORD)].map((match) => {
    const place = { start: match.index, end: match.index + match[0].length, text: match[0] };
    return { ...place, ...meaning(match[0].toLowerCase(), vocabulary) };
  });
}

function meaning(word, vocabulary) {
  if (Object.hasOwn(vocabulary.emotions, word)) return { kind: 'emotion', emotion: vocabulary.emotions[word] };
  if (Object.hasOwn(vocabulary.spoken, word)) return { kind: 'emotion', emotion: word };
  const match = word.match(UNIT);
  if (match) return unit(match, vocabulary);
  if (/^[a-z]$/.test(word)) return unclear(`${word.toUpperCase()} is no emotion’s letter here`);
  if (/^[a-z]\d/.test(word)) return unclear(`“${word}”: put a space after the letter`);
  return unclear(`“${word}” is not understood`);
}

function unit([, minus, before = '', number, after, mark], { units }) {
  const code = `AU${number}`;
  if (!(code in units)) return unclear(`there is no ${code} here`);
  const said = { kind: 'unit', code };
  if ((minus || mark) && (before || after || (minus && mark))) {
    return unclear(`${code} cannot be ${minus ? 'not present' : 'not visible'} and something else at once`);
  }
  if (minus) return { ...said, state: 'absent' };
  if (mark) return { ...said, state: 'not_visible' };
  const grades = [...after].filter((letter) => 'abcde'.includes(letter));
  const sides = [...before, ...after].filter((letter) => 'lr'.includes(letter));
  if (grades.length + sides.length < before.length + after.length) return unclear(`after ${code} go A-E, L, R`);
  if (grades.length > 1) return unclear(`${code} has one intensity, not ${grades.join(' and ').toUpperCase()}`);
  if (new Set(sides).size < sides.length) return unclear(`${code}: the same side twice`);
  const present = { ...said, state: 'present' };
  if (grades.length) present.intensity = grades[0].toUpperCase();
  if (sides.length) present.side = SIDES[sides.sort().join('')];
  return present;
}

const unclear = (why) => ({ kind: 'unclear', why });

/** What the items say: { emotion: name | null, au: { AU12: { state, intensity?, side? } } }, named units only. */
export function said(items) {
  const result = { emotion: null, au: {} };
  for (const item of items) {
    if (item.kind === 'emotion') result.emotion = item.emotion;
    else if (item.kind === 'unit') result.au[item.code] = stateOf(item);
  }
  return result;
}

function stateOf({ state, intensity, side }) {
  return { state, ...(intensity && { intensity }), ...(side && { side }) };
}

/** An item in words: "AU12 lip corner puller, C marked, on the left". */
export function words(item, { units, spoken, grades }) {
  if (item.kind === 'emotion') return spoken[item.emotion];
  if (item.kind === 'unclear') return item.why;
  const name = `${item.code} ${units[item.code]}`;
  if (item.state === 'absent') return `${name}, not present`;
  if (item.state === 'not_visible') return `${name}, not visible`;
  const side = item.side && (item.side === 'both' ? 'on both sides' : `on their ${item.side}`);
  return [name, item.intensity && `${item.intensity} ${grades[item.intensity]}`, side].filter(Boolean).join(', ');
}

/** One unit as it is typed: "12cl", "-12", "12?". */
export function typed(code, { state, intensity, side }) {
  const number = code.slice(2);
  if (state === 'absent') return `-${number}`;
  if (state === 'not_visible') return `${number}?`;
  return `${number}${(intensity ?? '').toLowerCase()}${LETTERS[side] ?? ''}`;
}

/** The text that says all of some labels; units that are not present go without saying. */
export function fieldOf(labels, vocabulary) {
  const letter = Object.keys(vocabulary.emotions).find((key) => vocabulary.emotions[key] === labels?.emotion);
  const units = Object.entries(labels?.au ?? {}).filter(([code, { state }]) => code in vocabulary.units && state !== 'absent');
  const items = [letter, ...units.sort(byNumber).map(([code, state]) => typed(code, state))].filter(Boolean);
  return items.length ? `${items.join(' ')} ` : '';
}

const byNumber = ([a], [b]) => a.slice(2) - b.slice(2);

/** The text with another emotion, or with none (null). */
export function withEmotion(text, emotion, vocabulary) {
  const letter = Object.keys(vocabulary.emotions).find((key) => vocabulary.emotions[key] === emotion);
  return replaced(text, vocabulary, (item) => item.kind === 'emotion', letter, 'first');
}

/** The text with one unit said otherwise; null takes it back. */
export function withUnit(text, code, state, vocabulary) {
  return replaced(text, vocabulary, (item) => item.code === code, state && typed(code, state), 'last');
}

/* Puts a word in place of the last item of its kind and takes the others out, so that nothing is said twice. */
function replaced(text, vocabulary, about, word, where) {
  const items = read(text, vocabulary);
  const last = items.findLast(about);
  const kept = items.filter((item) => item === last || !about(item));
  const written = kept.map((item) => (item === last ? word : item.text)).filter(Boolean);
  if (word && !last) written.splice(where === 'first' ? 0 : written.length, 0, word);
  return written.length ? `${written.join(' ')} ` : '';
}
