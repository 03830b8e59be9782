/* What a lead does about a face: decide, undo, withdraw, ask one more annotator, accept what all agree on. `desk` is
   the Review of review.js. Each decision has an id of its own, so that sending it again is sending it once. */
import { call } from '../calls.js';
import { newId, part } from './dom.js';
import { showAccepting } from './list.js';
import { ask, tell } from './windows.js';

export async function decide(desk) {
  if (!desk.decision) return;
  const { found, left } = desk.decision;
  const reason = part(desk.root, 'reason').value.trim();
  if (left.length) {
    const row = desk.root.querySelector(`.answers tr[data-row="${left[0].key}"] .answer`);
    row?.focus();
    return tell(desk.root, `Decide ${left.map((one) => one.name).join(', ')} first.`);
  }
  if (!reason) {
    part(desk.root, 'reason').focus();
    return tell(desk.root, 'Write the reason, in a sentence: it stays with the gold label.');
  }
  const ids = found.columns.filter((column) => column.annotation_id).map((column) => column.annotation_id);
  const sent = [desk.study, found.face.id, desk.uuid, desk.decision.labels, desk.decision.rationales, reason, ids, found.gold];
  const done = await send(desk, 'review_decide', sent);
  if (!done) return;
  sessionStorage.removeItem(desk.place(found.face.id));
  desk.last = { id: done.gold_id, face: found.face.id, uuid: newId() };
  tell(desk.root, `Face ${found.face.id} has its gold label.`, { name: 'Undo', does: 'undo', run: () => undo(desk) });
  await onwards(desk, found.face.id);
}

async function send(desk, name, args) {
  const bar = part(desk.root, 'decide');
  if (bar.dataset.busy) return null;
  bar.dataset.busy = 'yes';
  try {
    return await call(name, args);
  } catch (error) {
    tell(desk.root, error.passing ? `${error.message} Nothing is lost; send it again.` : error.message);
    return null;
  } finally {
    delete bar.dataset.busy;
  }
}

/** After a decision: the next face of the list, which has one less. */
async function onwards(desk, face) {
  const index = desk.items.findIndex((item) => item.face_id === face);
  const next = desk.items[index + 1] ?? desk.items[index - 1] ?? null;
  desk.decision = null;
  await desk.load();
  const still = desk.items.find((item) => item.face_id === next?.face_id) ?? desk.items[0] ?? null;
  if (still) await desk.look(still.face_id, { focus: true });
  else desk.root.querySelector('[data-list][aria-pressed=true]').focus();
}

export async function undo(desk) {
  if (!desk.last) return;
  const undone = desk.last;
  const done = await send(desk, 'review_undo', [undone.id, undone.uuid]);
  if (!done) return;
  desk.last = null;
  tell(desk.root, `The decision about face ${undone.face} is undone.`);
  await desk.load();
  await desk.look(undone.face, { focus: true });
}

export async function withdraw(desk) {
  const { found } = desk.decision;
  const reason = await ask(desk.root, { title: 'Withdraw the gold label?', words: 'The face has no gold label then. The decision stays in its history.', yes: 'Withdraw', reason: true });
  if (!reason) return;
  const done = await send(desk, 'review_withdraw', [found.face.id, desk.uuid, reason]);
  if (!done) return;
  sessionStorage.removeItem(desk.place(found.face.id));
  desk.last = { id: done.gold_id, face: found.face.id, uuid: newId() };
  tell(desk.root, `The gold label of face ${found.face.id} is withdrawn.`, { name: 'Undo', does: 'undo', run: () => undo(desk) });
  await onwards(desk, found.face.id);
}

export async function askMore(desk) {
  if (!desk.decision) return;
  const { face, entry } = desk.decision.found;
  const done = await send(desk, 'review_ask_more', [desk.study, face.id, entry.wanted + 1]);
  if (!done) return;
  tell(desk.root, `Face ${face.id} goes to one more annotator: ${done.wanted} in all.`);
  await desk.load();
  await desk.look(face.id, { focus: true });
}

export async function accept(desk, count) {
  const faces = count === 1 ? 'one face' : `${count.toLocaleString('en')} faces`;
  const words = `All annotators say the same of ${faces}. Their labels become gold labels; intensities and text are the first annotator’s.`;
  if (!(await ask(desk.root, { title: 'Accept what all agree on?', words, yes: `Accept ${faces}` }))) return;
  let accepted = 0;
  let done = null;
  showAccepting(desk.root, 0, count);
  for (let after = 0; after !== null;) {
    done = await send(desk, 'review_accept', [desk.study, after]);
    if (!done) break;
    accepted += done.accepted;
    after = done.after;
    showAccepting(desk.root, accepted, count);
  }
  if (done) tell(desk.root, accepted === 1 ? '1 gold label accepted.' : `${accepted.toLocaleString('en')} gold labels accepted.`);
  desk.drop();
  await desk.load();
  await desk.look(desk.items[0]?.face_id ?? null);
}
