/* What is not saved yet outlives the page: at once on this computer, and a moment later in the studio, so that it is
   there on another computer too. A draft is { text, rationales, flag, seconds, phase, at }. */

import { call, callLeaving } from '../calls.js';
import { drop, keep, kept } from './store.js';

const PAUSE = 1200; // ms without a change before the studio is told
const untold = new Map(); // assignment's id -> { draft, timer }

// With the face's id: in a database that was restored an assignment's number may mean another face.
const name = ({ id, face_id: face }) => `emola.draft.${id}.${face}`;

export function keepDraft(assignment, content) {
  const draft = { ...content, at: Date.now() };
  keep(name(assignment), draft);
  clearTimeout(untold.get(assignment.id)?.timer);
  untold.set(assignment.id, { draft, timer: setTimeout(() => tell(assignment.id), PAUSE) });
}

/** This computer's draft, or the studio's where that is newer than both it and the last save (an ISO time). */
export function draftOf(assignment, studios, savedAt) {
  const own = kept(name(assignment));
  const newest = Math.max(own?.at ?? 0, savedAt ? Date.parse(savedAt) : 0);
  return (studios?.at ?? 0) > newest ? studios : own;
}

/** After a save there is nothing left to keep; the studio forgets its copy by itself. */
export function dropDraft(assignment) {
  clearTimeout(untold.get(assignment.id)?.timer);
  untold.delete(assignment.id);
  drop(name(assignment));
}

/** The page is being left: tell the studio what it has not been told yet. */
export function tellDrafts() {
  for (const [id, { draft, timer }] of untold) {
    clearTimeout(timer);
    callLeaving('keep_draft', [id, draft]);
  }
  untold.clear();
}

async function tell(id) {
  const { draft } = untold.get(id);
  untold.delete(id);
  try {
    await call('keep_draft', [id, draft]);
  } catch (error) {
    if (!error.kind) throw error; // else it stays on this computer, which is enough
  }
}
