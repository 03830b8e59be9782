/* The page's parts by name, and the vocabulary of emotions and units as the page's HTML has it. */

export const part = (root, name) => root.querySelector(`[data-part="${name}"]`);

export function vocabularyOf(root) {
  const emotions = [...root.querySelectorAll('.emotion')];
  const units = [...root.querySelectorAll('.row')];
  const grades = [...root.querySelectorAll('.row:first-child [data-intensity]')];
  return {
    emotions: Object.fromEntries(emotions.map((button) => [button.dataset.key.toLowerCase(), button.dataset.emotion])),
    spoken: Object.fromEntries(emotions.map((button) => [button.dataset.emotion, button.dataset.name])),
    units: Object.fromEntries(units.map((row) => [row.dataset.au, row.dataset.name])),
    grades: Object.fromEntries(grades.map((button) => [button.dataset.intensity, button.title.slice(2)])),
  };
}

let soon = 0;

/** A sentence for those who listen; the same one again is said again. */
export function announce(root, sentence) {
  clearTimeout(soon);
  const place = part(root, 'announce');
  place.textContent = place.textContent === sentence ? `${sentence}\u00a0` : sentence;
}

/** The same after a pause, unless something else is said before. */
export function announceLater(root, sentence, pause) {
  clearTimeout(soon);
  soon = setTimeout(() => announce(root, sentence()), pause);
}

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Each place where a text names an action unit by its code: { index, text, code }. */
export function codesIn(text) {
  const found = [...text.matchAll(/\bAU[ -]?0*(\d{1,2})(?!\d)/gi)];
  return found.map((match) => ({ index: match.index, text: match[0], code: `AU${match[1]}` }));
}

/** A text in which each action unit's code carries its data-au, as nodes. */
export function marked(text) {
  const nodes = [];
  let end = 0;
  for (const { index, text: written, code } of codesIn(text)) {
    nodes.push(text.slice(end, index), element('span', { class: 'code', 'data-au': code }, written));
    end = index + written.length;
  }
  return [...nodes, text.slice(end)];
}
