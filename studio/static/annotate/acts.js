/* What one does with the face on the desk: save, skip, flag, undo, keep; start from the model's answer; repair a text. */

import { askNote, askReason } from './dialogs.js';
import { dropDraft } from './drafts.js';
import { focusField } from './field.js';
import { fieldOf, words } from './keys.js';
import { fromModel, missing } from './labels.js';
import { announce, part } from './page.js';
import { check, fit, repaired, state } from './rationale.js';
import { Undo } from './undo.js';

const REVEAL = 6; // seconds to wait for the model's answer after a first save

export class Acts {
  #busy = false;

  constructor(root, desk, outbox) {
    Object.assign(this, { root, desk, outbox, undoing: new Undo(root, desk, outbox) });
  }

  async save() {
    const { sheet } = this.desk;
    if (!sheet || this.#busy) return;
    const [unclear] = sheet.unclear;
    const lack = unclear ? `${words(unclear, sheet.vocabulary)}.` : missing(sheet.labels, sheet.tasks);
    if (lack) this.#refuse(`Not saved yet: ${lack}`);
    else if (sheet.phase !== 'first' && !sheet.changed) await this.keep();
    else if (!(await this.#differs(sheet)) && this.desk.sheet === sheet) await this.#put(sheet, sheet.labels);
  }

  /** After the model's answer was shown: the first answer stands. That one has looked is kept as a save too. */
  async keep() {
    const { sheet } = this.desk;
    if (!sheet || this.#busy || sheet.phase === 'first') return;
    if (sheet.phase === 'revise') {
      sheet.fill({ ...sheet.saved, flag: sheet.flag });
      await this.#put(sheet, sheet.saved.labels);
    } else await this.desk.next();
  }

  async skip() {
    const { sheet } = this.desk;
    const reason = sheet && (await askReason(this.root));
    if (reason && this.desk.sheet === sheet) await this.#put(sheet, null, reason);
    else focusField(this.root);
  }

  async flag() {
    const { sheet } = this.desk;
    const note = sheet ? await askNote(this.root, sheet.flag) : null;
    if (note !== null && this.desk.sheet === sheet) {
      this.desk.change({ flag: note });
      announce(this.root, note ? `Flagged: ${note}.` : 'No flag.');
    }
    focusField(this.root);
  }

  async undo() {
    const { sheet } = this.desk;
    if (sheet?.back()) {
      this.desk.changed();
      announce(this.root, 'Took the last change back.');
      return;
    }
    if (sheet?.phase === 'revise' && this.undoing.isOf(sheet)) {
      this.#refuse('Your first answer stays, since you have seen the model’s. Change it here and save the revision.');
      return;
    }
    try {
      if (!(await this.undoing.last())) announce(this.root, 'There is nothing to undo.');
    } catch (error) {
      if (!error.kind) throw error;
      this.#refuse(error.message);
    }
  }

  /** Labels and texts as the model has them, but for intensity, which no probability tells. */
  fromModel() {
    const { sheet } = this.desk;
    if (!sheet?.prediction || sheet.phase !== 'first') return;
    const rationales = { au: '', emotion: '', ...sheet.prediction.rationales };
    this.desk.change({ text: fieldOf(fromModel(sheet.prediction), sheet.vocabulary), rationales });
    announce(this.root, 'Started from the model’s answer. Change what is wrong.');
    focusField(this.root);
  }

  async repair(code) {
    const { sheet } = this.desk;
    if (!sheet?.tasks.includes('au')) return;
    const rows = [...this.root.querySelectorAll('.row')];
    const order = rows.toSorted((a, b) => a.dataset.order - b.dataset.order).map((row) => row.dataset.au);
    const lineOf = (each) => rows.find((row) => row.dataset.au === each).dataset.line;
    const rationales = await repaired(sheet, code, order, lineOf);
    if (this.desk.sheet !== sheet) return;
    this.desk.change({ rationales });
    announce(this.root, code ? `The text and ${code} are in step.` : 'The text is in step with the labels.');
  }

  /* Text and labels may differ, but not silently: the first Enter shows it, a second one saves all the same. */
  async #differs(sheet) {
    if (!sheet.rationales.au.trim() && !sheet.rationales.emotion.trim()) return false;
    const about = state(sheet);
    try {
      if (sheet.checked !== about) await check(sheet);
    } catch (error) {
      if (!error.kind) throw error;
      return false; // the studio cannot be asked; the save itself will wait for it
    }
    const { differs, sentences } = fit(sheet);
    if (!differs || sheet.warned === about) return false;
    sheet.warned = about;
    this.desk.redraw();
    part(this.root, 'fit').classList.add('asks');
    this.#refuse(`${sentences[0]} Enter again saves it as it is.`);
    return true;
  }

  async #put(sheet, labels, reason = null) {
    const texts = Object.entries(sheet.rationales).filter(([task, text]) => sheet.tasks.includes(task) && text.trim());
    const rationales = labels && texts.length ? Object.fromEntries(texts.map(([task, text]) => [task, text.trim()])) : null;
    const { item, assignment, draft, saved: before } = sheet;
    const id = this.outbox.put('save', {
      assignment: assignment.id, face: assignment.face_id, labels, rationales, reason, flag: sheet.flag || null,
      seconds: sheet.seconds, prediction: sheet.prediction?.id ?? null,
    });
    sheet.pause();
    dropDraft(assignment);
    this.undoing.remember({ item, draft, before });
    this.desk.remember(sheet, labels, rationales);
    if (labels && sheet.phase === 'first' && assignment.mode === 'blind_then_revise') await this.#reveal(sheet, id);
    else await this.#goOn(reason ? 'Skipped.' : 'Saved.');
  }

  async #reveal(sheet, id) {
    this.#busy = true;
    this.root.setAttribute('aria-busy', 'true');
    const result = await this.outbox.result(id, REVEAL);
    this.#busy = false;
    this.root.setAttribute('aria-busy', 'false');
    if (!result?.reveal || this.desk.sheet !== sheet) {
      await this.#goOn('Saved.');
      return;
    }
    Object.assign(sheet.item.view, { prediction: result.reveal, hidden: false });
    Object.assign(sheet, { phase: 'revise', saved: this.desk.latest.get(sheet.assignment.id), spent: 0 });
    sheet.forget();
    sheet.start();
    this.desk.redraw();
    this.desk.drawStrip();
    this.desk.check();
    announce(this.root, 'Saved. Now the model’s answer is shown: revise yours, or press Enter to keep it.');
    focusField(this.root);
  }

  async #goOn(word) {
    await this.desk.next();
    if (this.desk.sheet) announce(this.root, `${word} The next face.`);
  }

  #refuse(sentence) {
    const place = part(this.root, 'refused');
    place.textContent = sentence;
    place.hidden = false;
    announce(this.root, sentence);
    focusField(this.root);
  }
}
