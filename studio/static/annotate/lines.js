/* The lines of an action unit text, pure: "1. AU12 - Lip Corner Puller: ..." put in and taken out, numbers in step. */

const ITEM = /^\s*\d+[.)]\s+(?=AU\s?0*(\d{1,2})\b)/i;
export const OPENING = 'This face shows the following action units:';

/** Each listed unit's line; a text in which somebody wrote otherwise has none. */
export function listed(text) {
  return text.split('\n').map((line) => line.match(ITEM)).filter(Boolean).map((match) => `AU${match[1]}`);
}

/** The text with a unit's line in its place; `order` says which unit comes before which. */
export function withLine(text, code, line, order) {
  if (!text.trim()) return `${OPENING}\n1. ${line}`;
  const lines = text.trimEnd().split('\n');
  const places = lines.map((each) => each.match(ITEM)).map((match) => match && `AU${match[1]}`);
  const after = places.findIndex((other) => other && order.indexOf(other) > order.indexOf(code));
  const last = places.findLastIndex(Boolean);
  lines.splice(after >= 0 ? after : (last >= 0 ? last : lines.length - 1) + 1, 0, `1. ${line}`);
  return numbered(lines);
}

/** The text without a unit's line; its naming in running text stays, for a person to rewrite. */
export function withoutLine(text, code) {
  const lines = text.split('\n').filter((line) => {
    const match = line.match(ITEM);
    return !match || `AU${match[1]}` !== code;
  });
  const left = lines.join('\n').trim();
  return left === OPENING ? '' : numbered(lines);
}

function numbered(lines) {
  let number = 0;
  return lines.map((line) => (ITEM.test(line) ? line.replace(/\d+/, () => String((number += 1))) : line)).join('\n');
}
