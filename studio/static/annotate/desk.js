/* The desk: which face lies on it, what came before and what comes next. One face at a time; those that were put aside
   to look at an earlier one wait and come back as they were. */

import { call } from '../calls.js';
import { draftOf, keepDraft } from './drafts.js';
import { draw, showState } from './draw.js';
import { focusField } from './field.js';
import { present } from './labels.js';
import { announce, part } from './page.js';
import { Past } from './past.js';
import { prepare, Queue } from './queue.js';
import { checkSoon } from './rationale.js';
import { Sheet } from './sheet.js';
import { keep, kept } from './store.js';
import { drawStrip } from './strip.js';
import { showProgress, showStudy } from './top.js';

const STUDY = 'emola.study'; // the one chosen last on this computer
const RETRY = 5000; // ms until the studio is asked again, where it is not reached or somebody has yet to sign in

export class Desk {
  constructor(root, { stage, vocabulary, client, outbox }) {
    Object.assign(this, { root, stage, vocabulary, client, outbox, study: kept(STUDY) ?? '' });
    Object.assign(this, { queue: null, sheet: null, aside: [], past: null, latest: new Map(), progress: null });
  }

  /** Begin or begin again, with a study ("" is the default one). What waits to be sent goes first. */
  async begin(study = this.study, { quiet = false } = {}) {
    clearTimeout(this.retry);
    this.leave();
    Object.assign(this, { study, sheet: null, aside: [] });
    keep(STUDY, study);
    if (!quiet) showState(this.root, 'loading');
    try {
      await this.outbox.now();
      this.past = new Past(study);
      const [progress] = await Promise.all([call('my_progress', [study]), this.past.read()]);
      this.progress = progress;
      showStudy(progress);
      showProgress(progress);
      this.outbox.last(this.past.items.at(-1)?.at ?? null);
      this.queue = new Queue(study, this.client, () => this.drawStrip());
      await this.queue.start(this.outbox.waiting().map((entry) => entry.assignment));
    } catch (error) {
      if (error.kind === 'missing' && study) await this.begin(''); // the study chosen last is no more
      else this.fail(error);
      return;
    }
    await this.next();
  }

  /** The next face, or the one that was put aside. */
  async next() {
    this.sheet?.pause();
    if (this.aside.length) {
      await this.lay(this.aside.pop());
      return;
    }
    this.sheet = null;
    let item = null;
    try {
      item = await this.queue.take();
    } catch (error) {
      this.fail(error);
      return;
    }
    if (item) await this.lay(new Sheet(item, this.vocabulary));
    else this.#nothing(this.queue.why);
  }

  #nothing(why) {
    const state = why === 'closed' ? 'closed' : why === 'finished' ? 'finished' : 'empty';
    showState(this.root, state);
    this.drawStrip();
  }

  /** Put a sheet on the desk; what is known of its face comes as it arrives. */
  async lay(sheet) {
    const { item } = sheet;
    this.sheet = sheet;
    item.seen = true;
    showState(this.root, 'face');
    part(this.root, 'refused').hidden = true;
    this.stage.say('');
    this.stage.show(item);
    this.#restore(sheet, item.view);
    this.root.setAttribute('aria-busy', String(!item.view));
    this.redraw();
    this.drawStrip();
    focusField(this.root);
    sheet.start();
    if (!item.view) await this.#arrive(sheet);
    if (this.sheet === sheet) this.check();
  }

  async #arrive(sheet) {
    try {
      await sheet.item.ready;
    } catch (error) {
      if (this.sheet === sheet) this.fail(error);
      sheet.item.load();
      return;
    }
    if (this.sheet !== sheet) return;
    this.root.setAttribute('aria-busy', 'false');
    if (!sheet.text) this.#restore(sheet, sheet.item.view);
    this.stage.show(sheet.item);
    this.redraw();
  }

  #restore(sheet, view) {
    if (sheet.restored) return;
    const known = this.latest.get(sheet.assignment.id);
    const saved = known ?? view?.saved;
    const draft = draftOf(sheet.assignment, view?.draft, saved?.at);
    sheet.restored = Boolean(view);
    if (saved) {
      sheet.saved = saved;
      sheet.phase = sheet.assignment.mode === 'blind_then_revise' && sheet.prediction ? 'revise' : 'correct';
    }
    if (draft) sheet.fill(draft);
    else if (saved) sheet.fill(saved);
  }

  /** Change the sheet: the one way in which anything on it changes. */
  change(patch, typing) {
    if (!this.sheet) return;
    this.sheet.change(patch, typing);
    this.changed();
  }

  changed() {
    keepDraft(this.sheet.assignment, this.sheet.draft);
    part(this.root, 'refused').hidden = true;
    this.redraw();
    this.check();
  }

  check() {
    const { sheet } = this;
    checkSoon(sheet, () => { if (this.sheet === sheet) this.redraw(); });
  }

  redraw() {
    if (this.sheet) draw(this.root, this.sheet, this.stage);
  }

  /* ---- One's own earlier faces ---- */
  async open(assignment) {
    if (assignment === this.sheet?.assignment.id) return;
    let item = null;
    try {
      item = prepare(await call('open_assignment', [assignment, this.client]));
      await item.ready;
    } catch (error) {
      this.#tell(error);
      return;
    }
    this.putAside();
    await this.lay(new Sheet(item, this.vocabulary));
    announce(this.root, 'An earlier face of yours. Alt and arrow down goes forward.');
  }

  /** Put the face on the desk aside, unless it is an earlier one, whose draft is kept anyway. */
  putAside() {
    this.sheet?.pause();
    if (this.sheet && !this.#isDone(this.sheet)) this.aside.push(this.sheet);
  }

  async back() {
    const at = this.past.place(this.sheet?.assignment.id);
    if (at === 0) await this.past.read().catch((error) => this.#tell(error));
    const before = this.past.items[this.past.place(this.sheet?.assignment.id) - 1];
    if (before) await this.open(before.assignment_id);
    else announce(this.root, 'There is no earlier face of yours.');
  }

  async forward() {
    const after = this.past.items[this.past.place(this.sheet?.assignment.id) + 1];
    if (after) await this.open(after.assignment_id);
    else await this.ahead();
  }

  /** From an earlier face back to the one that is to be done. */
  async ahead() {
    if (this.sheet && this.#isDone(this.sheet)) await this.next();
  }

  #isDone = (sheet) => this.past.has(sheet.assignment.id);

  #tell(error) {
    if (!error.kind) throw error;
    announce(this.root, error.message);
  }

  /** That a face was saved (labels) or skipped (null): it is one's own earlier face from now on. */
  remember(sheet, labels, rationales) {
    const { id, face_id: face } = sheet.assignment;
    const flag = sheet.flag || null;
    const said = { kind: labels ? 'labels' : 'skip', emotion: labels?.emotion ?? null, aus: present(labels), flag };
    if (this.past.put({ assignment_id: id, face_id: face, ...said })) this.#count(+1);
    if (labels) this.latest.set(id, { labels, rationales, flag });
    else this.latest.delete(id);
  }

  /** That a save was taken back: what was in force before it counts again, if anything was. */
  forget(assignment, before) {
    if (before) {
      this.latest.set(assignment, before);
      return;
    }
    this.latest.delete(assignment);
    this.past.remove(assignment);
    this.#count(-1);
  }

  #count(by) {
    const { done, today } = this.progress;
    this.progress = { ...this.progress, done: done + by, today: Math.max(0, today + by) };
    showProgress(this.progress);
  }

  drawStrip() {
    const waiting = [...this.aside.map((sheet) => sheet.item).reverse(), ...(this.queue?.ahead ?? [])];
    const front = this.sheet && !this.#isDone(this.sheet) ? this.sheet.item : null;
    drawStrip(this.root, {
      done: this.past?.items ?? [],
      open: this.sheet?.assignment.id,
      now: front ?? waiting[0],
      next: front ? waiting : waiting.slice(1),
      spoken: this.vocabulary.spoken,
    });
  }

  fail(error) {
    if (!error.kind) throw error;
    const state = { offline: 'offline', timeout: 'offline', 'sign-in': 'signed-out' }[error.kind] ?? 'failed';
    showState(this.root, state, state === 'failed' ? error.message : '');
    this.sheet = null;
    this.drawStrip();
    if (state === 'failed') return;
    this.retry = setTimeout(() => this.begin(this.study, { quiet: true }), RETRY);
  }

  leave() {
    this.queue?.leave();
    this.queue = null;
  }
}
