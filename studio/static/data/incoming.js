/* Files on their way to the studio: found in what was dropped, and sent one by one, a few at once. */

const AT_ONCE = 3;
const TRIES = 3;
const UNSEEN = /(^|\/)(\.[^/]*|__MACOSX|Thumbs\.db|desktop\.ini)(\/|$)/i;

/** 32 hexadecimal digits; crypto.randomUUID is missing on pages without https. */
export const batchName = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** All files in what was dropped, folders opened: [{ name, file }], names with their folders. */
export async function droppedFiles(transfer) {
  // Entries must be taken before the first wait: the transfer is emptied then.
  const entries = [...transfer.items].filter((item) => item.kind === 'file').map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return found.filter(({ name }) => !UNSEEN.test(name));
}

export function chosenFiles(list) {
  return [...list].map((file) => ({ name: file.webkitRelativePath || file.name, file })).filter(({ name }) => !UNSEEN.test(name));
}

async function walk(entry, found) {
  if (entry instanceof File) found.push({ name: entry.name, file: entry });
  else if (entry?.isFile) found.push({ name: entry.fullPath.replace(/^\//, ''), file: await new Promise((done, failed) => entry.file(done, failed)) });
  else if (entry?.isDirectory) {
    const reader = entry.createReader();
    // A reader gives some at a time, and nothing at the end.
    for (;;) {
      const some = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (!some.length) break;
      for (const inside of some) await walk(inside, found);
    }
  }
}

/** Send files to a batch; `told` is given (bytes sent, bytes in all). Returns [{ name, reason }] of those that were not taken. */
export async function send(batch, files, told, stopped = () => false) {
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  const sent = new Map();
  const refused = [];
  const queue = [...files];
  const tell = () => told([...sent.values()].reduce((sum, bytes) => sum + bytes, 0), total);
  const worker = async () => {
    for (let next = queue.shift(); next && !stopped(); next = queue.shift()) {
      const { name, file } = next;
      const reason = await sendOne(batch, name, file, (bytes) => {
        sent.set(name, bytes);
        tell();
      });
      sent.set(name, file.size);
      tell();
      if (reason) refused.push({ name, reason });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return refused;
}

async function sendOne(batch, name, file, told) {
  let reason = '';
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const { status, text } = await put(batch, name, file, told);
    if (status === 200) return '';
    reason = text || 'The studio could not be reached.';
    if (status !== 0 && status < 500) return reason;
    await new Promise((done) => setTimeout(done, 400 * 2 ** attempt));
  }
  return reason;
}

// Not fetch: only this tells how much of a large file has been sent.
function put(batch, name, file, told) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    const path = name.split('/').map(encodeURIComponent).join('/');
    request.open('PUT', new URL(`./incoming/${batch}/${path}`, document.baseURI));
    request.upload.onprogress = (event) => told(event.loaded);
    request.onload = () => done({ status: request.status, text: request.status === 200 ? '' : request.responseText });
    request.onerror = () => done({ status: 0, text: '' });
    request.send(file);
  });
}
