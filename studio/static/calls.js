/* Asks the studio's named endpoints, for every tab: `call` for those that answer at once, `callQueued` for those that
   wait for the model, `callLeaving` for a last word while the page is being left.

   Arguments are sent in order, all of them. What goes wrong is a CallError: its message is a sentence for people, its
   kind tells a program what to do next:
     offline   the server was not reached, or lost on the way; sending again later may help
     timeout   no answer in time; it may or may not have been done
     sign-in   nobody is signed in, or no more
     denied    the role does not allow it
     missing   there is no such thing; not-yours: it is somebody else's
     conflict  it differs from what has been saved under the same id
     closed    the studio only reads for now; the page says why
     refused   any other sentence of the studio: what was sent cannot be taken
     failed    the studio failed, by no fault of what was sent; its log says why
   Not covered: uploads, and Gradio's own events. */

const KINDS = {
  'Sign in': 'sign-in',
  'Not allowed': 'denied',
  'Not there': 'missing',
  'Not yours': 'not-yours',
  Conflict: 'conflict',
  'Only reading': 'closed',
  Error: 'refused',
};
const SENTENCES = {
  offline: 'The studio cannot be reached. Check the connection; what you do is kept here meanwhile.',
  timeout: 'The studio did not answer in time. Try again.',
  failed: 'Something failed in the studio, by no fault of yours; its log says what. Try again.',
};

export class CallError extends Error {
  constructor(kind, message = SENTENCES[kind]) {
    super(message);
    this.name = 'CallError';
    this.kind = kind;
  }

  /** Whether the same call may go well later. */
  get passing() {
    return ['offline', 'timeout', 'failed', 'closed'].includes(this.kind);
  }
}

/** Result of an un-queued endpoint. Throws CallError; ends after `seconds` without an answer. */
export async function call(name, args = [], { seconds = 20 } = {}) {
  const answer = await send(`run/${name}`, args, seconds);
  return (await body(answer)).data?.[0] ?? null;
}

/** Result of a queued endpoint, which may wait for others' turns. Throws CallError. */
export async function callQueued(name, args = [], { seconds = 180 } = {}) {
  const { event_id: event } = await body(await send(`call/${name}`, args, 20));
  const stream = await reach(address(`call/${name}/${event}`), {}, seconds);
  if (!stream.ok) throw new CallError('failed');
  const [kind, data] = lastEvent(await text(stream));
  if (kind === 'complete') return data?.[0] ?? null;
  throw errorOf(data);
}

/** Says something while the page is being left; nobody waits for an answer. */
export function callLeaving(name, args = []) {
  fetch(address(`run/${name}`), { ...posting(args), keepalive: true }).catch(() => {});
}

const address = (path) => new URL(`./gradio_api/${path}`, document.baseURI);
const posting = (args) => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ data: args }),
});

function send(path, args, seconds) {
  return reach(address(path), posting(args), seconds);
}

async function reach(url, options, seconds) {
  try {
    return await fetch(url, { ...options, signal: AbortSignal.timeout(seconds * 1000) });
  } catch (error) {
    throw new CallError(error.name === 'TimeoutError' ? 'timeout' : 'offline');
  }
}

async function text(answer) {
  try {
    return await answer.text();
  } catch (error) {
    throw new CallError(error.name === 'TimeoutError' ? 'timeout' : 'offline');
  }
}

async function body(answer) {
  const written = await text(answer);
  let content = null;
  try {
    content = JSON.parse(written);
  } catch {
    throw new CallError([502, 503, 504].includes(answer.status) ? 'offline' : 'failed');
  }
  if (answer.ok) return content;
  if (answer.status === 401) throw new CallError('sign-in', 'Sign in to go on.');
  throw errorOf(content);
}

function errorOf(content) {
  const kind = KINDS[content?.title] ?? (content?.title ? 'refused' : 'failed');
  return kind === 'failed' || !content.error ? new CallError('failed') : new CallError(kind, unescaped(content.error));
}

/* The studio's sentences come escaped, because Gradio shows them as HTML; ours are shown as text. */
function unescaped(sentence) {
  return sentence.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function lastEvent(stream) {
  const events = stream.split('\n\n').map((part) => part.match(/^event: (\w+)\ndata: (.*)$/s)).filter(Boolean);
  const [, kind, data] = events.at(-1) ?? [];
  return [kind, data ? JSON.parse(data) : null];
}
