/* One action unit under the pointer or the cursor, everywhere at once: --lit is 1 on all that carries its data-au.

   One rule in a sheet of its own does it, so that elements that come and go need no telling. */

const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
const watchers = new Set();
let current = '';

/** Light a unit ("AU12"), or none (""). */
export function light(code) {
  const next = /^AU\d+$/.test(code) ? code : '';
  if (next === current) return;
  current = next;
  sheet.replaceSync(next ? `[data-au="${next}"] { --lit: 1; }` : '');
  if (next) document.documentElement.dataset.lit = next;
  else delete document.documentElement.dataset.lit;
  for (const watcher of watchers) watcher(next);
}

/** Call a function with each unit that is lit, and with "" when the light goes out. */
export function whenLit(watcher) {
  watchers.add(watcher);
}

/** The smallest region of an SVG under a pointer's place for which `counts` holds: its unit, or "". */
export function regionUnder(svg, event, counts = () => true) {
  const under = [...svg.querySelectorAll('.region')].filter((region) => {
    if (!counts(region.dataset.au)) return false;
    const matrix = region.getScreenCTM()?.inverse();
    return matrix && region.isPointInFill(new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix));
  });
  under.sort((a, b) => a.dataset.area - b.dataset.area);
  return under[0]?.dataset.au ?? '';
}

/** Put a tag beside the lit region inside its frame; hide it where there is none. */
export function placeTag(frame, tag, code, note = '') {
  const region = code && frame.querySelector(`.region[data-au="${code}"]`);
  tag.hidden = !region;
  if (!region) return;
  const name = Object.assign(document.createElement('b'), { textContent: code });
  const rest = Object.assign(document.createElement('span'), { textContent: note || region.dataset.name });
  tag.replaceChildren(name, ' ', rest);
  const outer = frame.getBoundingClientRect();
  const box = region.getBoundingClientRect();
  const gap = 10;
  const right = box.right - outer.left + gap;
  const fits = right + tag.offsetWidth + gap <= outer.width;
  const middle = (box.top + box.bottom) / 2 - outer.top - tag.offsetHeight / 2;
  const below = Math.min(box.bottom - outer.top + gap, outer.height - tag.offsetHeight - gap);
  tag.style.left = `${fits ? right : outer.width - tag.offsetWidth - gap}px`;
  tag.style.top = `${Math.max(gap, fits ? middle : below)}px`;
}
