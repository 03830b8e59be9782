/* The Review tab: which face is looked at, what is decided about it, and the keys for all of it. What things look
   like is in review/*.js; what is sent goes by calls.js. An unsaved decision is kept in the browser's session. */
import { call } from './calls.js';
import { accept, askMore, decide, withdraw } from './review/acts.js';
import { Decision } from './review/decision.js';
import { newId, part } from './review/dom.js';
import { light, showFace, switchLandmarks, switchWhole } from './review/face.js';
import { key } from './review/keys.js';
import { markFace, showBulk, showFaces, showLists } from './review/list.js';
import { cursor, restore, roving, showMatrix } from './review/matrix.js';
import { saveNumbers, showNumbers } from './review/numbers.js';
import { showTexts } from './review/texts.js';
import { announce, tell } from './review/windows.js';

class Review {
  constructor(root) {
    this.root = root;
    this.names = JSON.parse(root.dataset.names);
    this.study = sessionStorage.getItem('emola-review-study') ?? '';
    this.which = 'disputed';
    this.items = [];
    this.decision = null;
    this.last = null;
    this.asked = 0;
    this.hidden = sessionStorage.getItem('emola-review-names') === 'hidden';
    this.nameOf = (column) => this.named(column);
  }

  /* ---- What there is to review ---- */
  async open() {
    if (this.root.dataset.view === 'numbers') return showNumbers(this.root, this.study);
    await this.load();
    const here = this.items.find((item) => item.face_id === this.decision?.found.face.id) ?? this.items[0];
    if (!this.decision?.changed) await this.look(here?.face_id ?? null);
    this.root.dataset.state = 'ready';
  }

  async load(offset = 0) {
    const turn = ++this.asked;
    let found;
    try {
      found = await call('review_queue', [this.study, this.which, offset]);
    } catch (error) {
      if (error.kind === 'missing' && this.study) return this.choose('');
      this.blank(error.message);
      return;
    }
    if (turn !== this.asked) return;
    this.items = offset ? [...this.items, ...found.items] : found.items;
    this.next = found.next;
    this.counts = found.counts;
    this.mode = found.mode;
    this.study = found.study ?? '';
    this.showStudies(found.studies);
    showLists(this.root, found.counts, this.which);
    showFaces(this.root, this.items, this.decision?.found.face.id, (face) => this.look(face));
    showBulk(this.root, this.which === 'agreed' ? found.counts.agreed : 0, (count) => accept(this, count));
    this.root.querySelector('[data-do=more]').hidden = found.next === null;
    if (!found.study) this.blank('There is no study yet. Import faces in the Data tab; they make the first one.');
    else if (!this.items.length) this.blank(this.names.empty[this.which]);
    else this.blank('');
  }

  showStudies(names) {
    const select = part(this.root, 'study');
    select.replaceChildren(...names.map((name) => new Option(name, name, false, name === this.study)));
    select.closest('.field').hidden = !names.length;
  }

  blank(words) {
    part(this.root, 'blank').textContent = words;
    this.root.querySelector('.cases').classList.toggle('is-blank', Boolean(words));
    if (words) this.drop();
  }

  drop() {
    this.decision = null;
    for (const name of ['look', 'answers']) part(this.root, name).replaceChildren();
    part(this.root, 'decide').hidden = true;
  }

  async choose(study) {
    this.study = study;
    sessionStorage.setItem('emola-review-study', study);
    this.drop();
    await this.open();
  }

  async list(which) {
    this.which = which;
    this.drop();
    await this.load();
    await this.look(this.items[0]?.face_id ?? null);
  }

  /* ---- One face ---- */
  async look(face, { focus = false } = {}) {
    if (face === null) return;
    const turn = ++this.asked;
    let found;
    try {
      found = await call('review_face', [this.study, face]);
    } catch (error) {
      tell(this.root, error.message);
      return;
    }
    if (turn !== this.asked) return;
    this.begin(found);
    if (focus) this.root.querySelector('.answers .matrix [tabindex="0"]')?.focus({ preventScroll: true });
  }

  begin(found) {
    const kept = JSON.parse(sessionStorage.getItem(this.place(found.face.id)) ?? 'null');
    const usable = kept && kept.gold === found.gold ? kept : null;
    this.decision = new Decision(found, usable);
    this.uuid = newId();
    part(this.root, 'reason').value = usable?.reason ?? '';
    part(this.root, 'blank').textContent = '';
    this.root.querySelector('.cases').classList.remove('is-blank');
    markFace(this.root, found.face.id);
    showFace(this.root, found);
    this.draw();
    const disputed = found.rows.filter((row) => row.group === 'disputed').map((row) => row.name);
    announce(this.root, `Face ${found.face.id}. ${disputed.length ? `Disputed: ${disputed.join(', ')}.` : 'Nothing disputed.'}`);
  }

  draw() {
    const at = cursor(this.root);
    showMatrix(this.root, this.decision, this.names, this.nameOf);
    showTexts(this.root, this.decision, this.nameOf, (...text) => this.write(...text));
    restore(this.root, at);
    const { found, left } = this.decision;
    const bar = part(this.root, 'decide');
    bar.hidden = false;
    bar.querySelector('[data-do=withdraw]').hidden = found.gold === null;
    bar.querySelector('[data-do=more-annotators]').hidden = ['check', 'withdrawn'].includes(found.entry.state);
    const names = left.map((row) => row.name);
    part(this.root, 'left').textContent = names.length ? `To decide: ${names.join(', ')}` : 'All labels are decided';
    bar.classList.toggle('is-ready', !names.length);
  }

  named(column) {
    if (column.kind !== 'annotator' || !this.hidden) return column.name;
    const people = this.decision.found.columns.filter((one) => one.kind === 'annotator').map((one) => one.annotator_id).sort((a, b) => a - b);
    return String.fromCharCode(65 + (people.indexOf(column.annotator_id) % 26));
  }

  place(face) {
    return `emola-review-${this.study}-${face}`;
  }

  changed() {
    this.uuid = newId();
    const { found } = this.decision;
    const kept = { ...this.decision.kept, gold: found.gold, reason: part(this.root, 'reason').value };
    sessionStorage.setItem(this.place(found.face.id), JSON.stringify(kept));
  }

  change(act) {
    if (!this.decision || act(this.decision) === false) return;
    this.changed();
    this.draw();
  }

  write(task, text, from = null, anew = false) {
    this.decision.write(task, text, from);
    this.changed();
    if (anew) this.draw();
  }

  step(by) {
    const index = this.items.findIndex((item) => item.face_id === this.decision?.found.face.id);
    const next = this.items[index + by];
    if (next) this.look(next.face_id, { focus: true });
  }

  /* ---- Views, names ---- */
  view(name) {
    this.root.dataset.view = name;
    for (const tab of this.root.querySelectorAll('.views [role=tab]')) {
      const chosen = tab.dataset.view === name;
      tab.setAttribute('aria-selected', String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      this.root.querySelector(`#review-${tab.dataset.view}`).hidden = !chosen;
    }
    this.open();
  }

  showNames() {
    sessionStorage.setItem('emola-review-names', this.hidden ? 'hidden' : 'shown');
    this.root.querySelector('[data-do=names]').setAttribute('aria-pressed', String(this.hidden));
    if (this.decision) this.draw();
  }

  does(name, element) {
    const acts = {
      names: () => { this.hidden = !this.hidden; this.showNames(); },
      help: () => part(this.root, 'help').showModal(),
      close: () => element.closest('dialog').close(),
      more: () => this.load(this.next),
      landmarks: () => switchLandmarks(this.root),
      whole: () => switchWhole(element),
      withdraw: () => withdraw(this),
      'more-annotators': () => askMore(this),
      count: () => showNumbers(this.root, this.study),
      csv: () => saveNumbers(this.root, this.study, 'csv'),
      json: () => saveNumbers(this.root, this.study, 'json'),
    };
    acts[name]?.();
  }

  /* ---- Pointer and keys ---- */
  listen() {
    const { root } = this;
    root.addEventListener('click', (event) => this.click(event.target));
    root.addEventListener('change', (event) => {
      if (event.target === part(root, 'study')) this.choose(event.target.value);
      if (event.target.dataset.emotion !== undefined && event.target.value) this.change((decision) => decision.set('emotion', { state: event.target.value }));
    });
    part(root, 'reason').addEventListener('input', () => this.decision && this.changed());
    part(root, 'decide').addEventListener('submit', (event) => { event.preventDefault(); decide(this); });
    root.addEventListener('keydown', (event) => key(this, event));
    document.addEventListener('keydown', (event) => {
      if (event.target === document.body && root.offsetParent) key(this, event);
    });
    root.addEventListener('focusin', (event) => {
      light(root, event.target.closest('.cases [data-au]')?.dataset.au ?? '');
      if (event.target.closest('.matrix') && event.target.hasAttribute('tabindex')) roving(root, event.target);
    });
    root.addEventListener('pointerover', (event) => {
      if (event.pointerType !== 'touch') light(root, event.target.closest?.('.cases tr[data-au]')?.dataset.au ?? '');
    });
    root.addEventListener('focusout', () => light(root, ''));
    addEventListener('online', () => root.offsetParent && !this.decision && this.open());
  }

  click(target) {
    const button = target.closest('button');
    const row = button?.closest('tr[data-row]')?.dataset.row;
    if (!button) return;
    if (button.dataset.list) this.list(button.dataset.list);
    else if (button.closest('.views')) this.view(button.dataset.view);
    else if (button.dataset.take) this.change((decision) => decision.takeAll(Number(button.dataset.take)));
    else if (button.dataset.column && row) this.change((decision) => decision.take(row, Number(button.dataset.column)));
    else if (button.dataset.set) this.change((decision) => decision.set(row, { ...decision.get(row), state: button.dataset.set }));
    else if (button.dataset.intensity) this.change((decision) => decision.intensity(row, button.dataset.intensity));
    else if (button.dataset.do) this.does(button.dataset.do, button);
  }

}

/* The tab's elements come with the page, or only when the tab is first opened; it asks for nothing before it is seen. */
function start(root) {
  root.dataset.started = 'yes';
  const review = new Review(root);
  review.listen();
  review.showNames();
  new IntersectionObserver((entries) => {
    if (entries.at(-1).isIntersecting) review.open();
  }).observe(root);
}

const find = () => document.querySelectorAll('#review .review:not([data-started])').forEach(start);
new MutationObserver(find).observe(document, { subtree: true, childList: true });
find();
