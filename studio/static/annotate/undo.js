/* Taking a save back: a row of its own in the studio, and the face on the desk again as one had it. */

import { call } from '../calls.js';
import { announce } from './page.js';
import { prepare } from './queue.js';
import { Sheet } from './sheet.js';

export class Undo {
  #saves = []; // of this page, the last one last: { item, draft, before }

  constructor(root, desk, outbox) {
    Object.assign(this, { root, desk, outbox });
  }

  /** What was just saved: the item, the sheet's draft, and the save that was in force before. */
  remember(save) {
    this.#saves.push(save);
  }

  /** Whether the last save is of this face. */
  isOf(sheet) {
    return this.#saves.at(-1)?.item.assignment.id === sheet?.assignment.id;
  }

  /** Take the last save back; false where there is none. Throws CallError. */
  async last() {
    const last = this.#saves.pop() ?? (await this.#ofBefore());
    if (last) await this.#takeBack(last);
    return Boolean(last);
  }

  /* The last save of an earlier page. */
  async #ofBefore() {
    const last = this.desk.past?.items.at(-1);
    if (!last) return null;
    const item = prepare(await call('open_assignment', [last.assignment_id, this.desk.client]));
    const view = await item.ready;
    const sheet = new Sheet(item, this.desk.vocabulary);
    if (view.saved) sheet.fill(view.saved);
    return { item, draft: sheet.draft, before: null };
  }

  async #takeBack({ item, draft, before }) {
    const { desk } = this;
    const { id, face_id: face } = item.assignment;
    this.outbox.put('undo', { assignment: id, face });
    desk.putAside();
    desk.forget(id, before);
    Object.assign(item.view ?? {}, { saved: before, draft: null });
    const sheet = new Sheet(item, desk.vocabulary);
    sheet.fill({ ...draft, seconds: 0 });
    Object.assign(sheet, { restored: true, ...(before && { saved: before, phase: draft.phase ?? 'correct' }) });
    await desk.lay(sheet);
    announce(this.root, 'Took the save back. The face is here again, as you had it.');
  }
}
