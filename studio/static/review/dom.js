/* Makes elements from plain values; texts are always texts, never HTML. */

/** h('button', { class: 'tool', onclick }, 'Save') */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** The element in the tab that a name stands for: <... data-part="name">. */
export const part = (root, name) => root.querySelector(`[data-part="${name}"]`);

/** "20 Nov, 14:02", in the reader's own zone. */
export function when(iso) {
  const time = new Date(iso);
  return time.toLocaleString(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
}

/** What people read instead of a stored name. */
export const said = (name) => ({ cant_tell: 'can’t tell', not_visible: 'not visible' })[name] ?? name;

export const number = (value) => value.toLocaleString('en');

/** A UUID; randomUUID is there on https and on this computer only. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
