/* The studies: a card each with its rules in words and how far it is; a form to make and change them; the model's look
   at a study's faces ahead of its annotators. */

import { call } from '../calls.js';
import { h, number, part } from '../review/dom.js';

const MODES = { open: 'model in sight', blind: 'blind', blind_then_revise: 'blind, then revise' };
const ORDERS = { first_in: 'as they came', random: 'shuffled', uncertain: 'least sure first', disputed: 'most disputed first', stratified: 'classes in turn' };
const TASKS = { emotion: 'emotion', au: 'action units' };
const DEFAULT = 'All faces';
const FIXED = ['tasks', 'mode', 'overlap'];

export class Studies {
  constructor(desk) {
    this.desk = desk;
    this.editing = null;
    this.dialog = part(desk.root, 'study-dialog');
    this.form = part(desk.root, 'study-form');
    part(desk.root, 'studies').addEventListener('click', (event) => {
      const button = event.target.closest('[data-do]');
      if (!button) return;
      const study = desk.overview().studies.find(({ id }) => id === Number(button.dataset.study));
      this.act(button.dataset.do, study);
    });
    this.dialog.addEventListener('click', (event) => event.target.closest('[data-do=close-dialog]') && this.dialog.close());
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.save();
    });
  }

  act(what, study) {
    const acts = {
      'new-study': () => this.edit(null),
      edit: () => this.edit(study),
      close: () => this.ask('close_study', study.id),
      reopen: () => this.ask('reopen_study', study.id),
      predict: () => this.ask('start_preannotation', study.id, false),
      again: () => this.ask('start_preannotation', study.id, true),
    };
    acts[what]?.();
  }

  async ask(name, ...args) {
    try {
      await this.desk.ask(name, ...args);
    } catch (error) {
      part(this.desk.root, 'model-job').replaceChildren(h('p', { class: 'refused', role: 'alert' }, error.message));
    }
  }

  edit(study) {
    this.editing = study;
    const { elements } = this.form;
    this.form.reset();
    part(this.desk.root, 'study-title').textContent = study ? `Change ${study.name}` : 'New study';
    part(this.desk.root, 'study-fixed').hidden = !study?.begun;
    part(this.desk.root, 'study-refused').hidden = true;
    this.form.querySelector('.all-faces').hidden = Boolean(study);
    elements.name.disabled = study?.name === DEFAULT;
    if (study) {
      for (const name of ['name', 'mode', 'overlap', 'face_order']) elements[name].value = study[name];
      elements.gold_share.value = Math.round(100 * study.gold_share);
      for (const box of elements.tasks) box.checked = study.tasks.includes(box.value);
    }
    for (const name of FIXED) for (const one of this.form.querySelectorAll(`[name=${name}]`)) one.disabled = Boolean(study?.begun);
    this.dialog.showModal();
    (elements.name.disabled ? elements.face_order : elements.name).focus();
  }

  rules() {
    const { elements } = this.form;
    const rules = { face_order: elements.face_order.value, gold_share: Number(elements.gold_share.value) / 100 };
    if (!elements.name.disabled) rules.name = elements.name.value;
    if (!this.editing?.begun) {
      rules.mode = elements.mode.value;
      rules.overlap = Number(elements.overlap.value);
      rules.tasks = [...elements.tasks].filter((box) => box.checked).map((box) => box.value);
    }
    return rules;
  }

  async save() {
    const refused = part(this.desk.root, 'study-refused');
    try {
      if (this.editing) await call('change_study', [this.editing.id, this.rules()]);
      else await call('create_study', [this.rules(), this.form.elements.all_faces.checked]);
    } catch (error) {
      refused.textContent = error.message;
      refused.hidden = false;
      return;
    }
    this.dialog.close();
    this.desk.say('The study is saved.');
    await this.desk.ask('data_jobs');
  }

  draw({ studies, jobs, manage, model }) {
    const busy = jobs.some((job) => job.kind === 'preannotation' && job.state === 'running');
    const list = part(this.desk.root, 'study-list');
    const focus = document.activeElement?.dataset?.do && list.contains(document.activeElement) ? { ...document.activeElement.dataset } : null;
    const empty = h('li', { class: 'quiet' }, 'The first import makes a study of all faces. Make others to give faces to several people, or blind.');
    list.replaceChildren(...(studies.length ? studies.map((study) => this.card(study, { manage, busy, model })) : [empty]));
    if (focus) list.querySelector(`[data-do="${focus.do}"][data-study="${focus.study}"]`)?.focus();
  }

  card(study, { manage, busy, model }) {
    const done = study.faces ? study.full / study.faces : 0;
    const rules = [
      study.tasks.map((task) => TASKS[task] ?? task).join(' and '),
      MODES[study.mode],
      study.overlap === 1 ? 'one annotator a face' : `${study.overlap} annotators a face`,
      ORDERS[study.face_order],
      study.gold_share ? `${Math.round(100 * study.gold_share)} % known gold faces` : '',
    ];
    const button = (what, words) => h('button', { type: 'button', 'data-do': what, 'data-study': study.id, 'aria-label': `${words}: ${study.name}` }, words);
    const predicted = study.faces + study.checks - study.waiting - study.unreadable;
    return h(
      'li',
      { class: 'study', 'data-open': String(study.open) },
      h('p', { class: 'study-name' }, h('b', {}, study.name), study.open ? null : h('span', { class: 'state' }, 'closed'), manage && button('edit', 'Change'), manage && (study.open ? button('close', 'Close') : button('reopen', 'Reopen'))),
      h('p', { class: 'quiet' }, rules.filter(Boolean).join(' · ')),
      h('div', { class: 'bar', role: 'progressbar', 'aria-label': `${study.name}: faces done`, 'aria-valuemin': 0, 'aria-valuemax': study.faces, 'aria-valuenow': study.full, style: `--share:${done}` }),
      h('p', { class: 'far' }, h('b', {}, `${number(study.full)} of ${number(study.faces)}`), ` faces done${study.started ? `, ${number(study.started)} begun` : ''}`),
      h(
        'p',
        { class: 'model' },
        study.waiting ? `${number(predicted)} predicted by ${model}, ${number(study.waiting)} not yet ` : study.faces ? `${study.unreadable ? `All but ${number(study.unreadable)}` : 'All'} predicted by ${model}` : '',
        manage && study.waiting > 0 && !busy ? button('predict', 'Predict ahead') : null,
      ),
      study.unreadable ? this.unread(study, manage && !busy && button('again', 'Try again')) : null,
    );
  }

  unread(study, again) {
    const inside = h('ul');
    const details = h('details', {}, h('summary', {}, `${number(study.unreadable)} could not be read by the model`), inside, again);
    details.addEventListener('toggle', async () => {
      if (!details.open || inside.children.length) return;
      const faces = await call('unreadable_faces', [study.id]);
      inside.append(...faces.map(({ face_id: face, reason }) => h('li', { class: 'same' }, h('img', { src: `./pictures/${face}`, alt: '', width: 28, height: 28 }), h('b', {}, `Face ${face}`), ` ${reason}`)));
    });
    return details;
  }
}
