/* What outlives the page on this computer: small JSON values in localStorage, under names that start with "emola.".

   A browser may refuse it (private windows, a full disk): then values live in memory as long as the page, and
   `lasting` is false. */

const memory = new Map();
export let lasting = true;

export function keep(name, value) {
  memory.set(name, value);
  try {
    localStorage.setItem(name, JSON.stringify(value));
    lasting = true;
  } catch {
    lasting = false;
  }
}

export function kept(name) {
  if (memory.has(name)) return memory.get(name);
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

export function drop(name) {
  memory.delete(name);
  try {
    localStorage.removeItem(name);
  } catch {
    lasting = false;
  }
}

/** Names that begin with a prefix, in order. Another window's too, which is why memory alone will not do. */
export function names(prefix) {
  const found = new Set([...memory.keys()].filter((name) => name.startsWith(prefix)));
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith(prefix)) found.add(name);
  } catch {
    lasting = false;
  }
  return [...found].sort();
}

/** A UUID; crypto.randomUUID is missing on pages without https. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
