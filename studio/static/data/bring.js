/* The Import card: files are dropped or chosen, sent, and brought in by a job; what became of them is listed. */

import { call } from '../calls.js';
import { h, number, part, when } from '../review/dom.js';
import { batchName, chosenFiles, droppedFiles, send } from './incoming.js';

const SAMPLES = ['smile', 'startled', 'sorrow', 'frown', 'nose-wrinkle', 'dread'];
const STATES = { running: 'going on', finished: '', stopped: 'stopped', failed: 'could not go on', interrupted: 'interrupted' };

export class Bringing {
  constructor(desk) {
    this.desk = desk;
    const { root } = desk;
    this.form = part(root, 'wishes');
    this.files = part(root, 'files');
    this.folder = part(root, 'folder');
    const acts = { 'choose-files': () => this.files.click(), 'choose-folder': () => this.folder.click(), drawn: () => this.start('try_drawn_faces') };
    part(root, 'bring').addEventListener('click', (event) => acts[event.target.closest('[data-do]')?.dataset.do]?.());
    for (const input of [this.files, this.folder])
      input.addEventListener('change', () => {
        this.bring(chosenFiles(input.files));
        input.value = '';
      });
    this.form.addEventListener('input', () => this.shape());
    this.form.addEventListener('submit', (event) => event.preventDefault());
    part(root, 'path').addEventListener('submit', (event) => {
      event.preventDefault();
      this.start('import_path', event.target.elements.path.value, this.wishes());
    });
    this.listenToDrops(part(root, 'drop'));
    // What a face is, for a studio that has none.
    const samples = SAMPLES.map((name) => h('img', { src: new URL(`../samples/${name}.webp`, import.meta.url), alt: '', width: 76, height: 76 }));
    part(root, 'drop').prepend(h('p', { class: 'samples', 'aria-hidden': 'true' }, samples));
    this.shape();
  }

  listenToDrops(place) {
    const over = (on) => (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      event.stopPropagation();
      place.classList.toggle('is-over', on);
    };
    place.addEventListener('dragenter', over(true));
    place.addEventListener('dragover', over(true));
    place.addEventListener('dragleave', (event) => !place.contains(event.relatedTarget) && over(false)(event));
    place.addEventListener('drop', async (event) => {
      over(false)(event);
      this.bring(await droppedFiles(event.dataTransfer));
    });
  }

  /** What is wished for the faces, as the server takes it. */
  wishes() {
    const given = Object.fromEntries(new FormData(this.form));
    const wishes = { study: given.study, split: given.split, source: given.source.trim(), neutral: given.neutral.trim(), consent: given.consent };
    if (given.subject_mode === 'folder') wishes.subject_from_folder = true;
    if (given.subject_mode === 'one') wishes.subject = given.subject.trim();
    if (given.consent) wishes.consent_reference = given.consent_reference.trim();
    return wishes;
  }

  /** Shows the fields that matter, and says in words what is chosen. */
  shape() {
    const { subject_mode: who, consent, split, study } = this.form.elements;
    this.form.querySelector('[data-field=subject]').hidden = who.value !== 'one';
    this.form.querySelector('[data-field=consent_reference]').hidden = !consent.value;
    const parts = [study.value && `into ${study.value}`, split.value && `split ${split.value}`, who.value === 'folder' && 'subjects by folder', who.value === 'one' && 'one subject', consent.value && 'consent given'];
    part(this.desk.root, 'wishes-say').textContent = parts.filter(Boolean).join(', ');
  }

  async bring(files) {
    if (!files.length) {
      this.tell('There was no file in it.', true);
      return;
    }
    const batch = batchName();
    const many = files.length === 1 ? files[0].name : `${number(files.length)} files`;
    const refused = await send(batch, files, (sent, total) => this.sending(`Sending ${many}`, sent, total));
    if (refused.length === files.length) {
      this.tell(`${refused[0].name}: ${refused[0].reason}`, true);
      return;
    }
    this.tell('');
    await this.start('start_import', batch, this.wishes());
    if (refused.length) this.tell(`Not taken: ${refused.slice(0, 5).map(({ name, reason }) => `${name}: ${reason}`).join(' ')}`, true);
  }

  async start(name, ...args) {
    this.tell('');
    try {
      await this.desk.ask(name, ...args);
    } catch (error) {
      this.tell(error.message, true);
    }
  }

  sending(title, sent, total) {
    const place = part(this.desk.root, 'import-job');
    const bar = place.querySelector('.sending .bar');
    const share = total ? sent / total : 1;
    if (bar) {
      bar.style.setProperty('--share', share);
      bar.setAttribute('aria-valuenow', Math.round(100 * share));
    } else
      place.replaceChildren(
        h('div', { class: 'job sending', 'data-state': 'running' }, h('p', { class: 'job-title' }, title), h('div', { class: 'bar', role: 'progressbar', 'aria-label': title, 'aria-valuemin': 0, 'aria-valuemax': 100, style: `--share:${share}` })),
      );
  }

  tell(words, bad = false) {
    const place = part(this.desk.root, 'import-job');
    place.replaceChildren(...(words ? [h('p', { class: bad ? 'refused' : '', role: bad ? 'alert' : 'status' }, words)] : []));
  }

  draw({ studies, imports, manage, paths, faces }) {
    part(this.desk.root, 'path').hidden = !paths || !manage;
    part(this.desk.root, 'drawn').hidden = faces.sources.some(([name]) => name === 'drawn');
    const select = this.form.elements.study;
    const kept = select.value;
    const open = studies.filter((study) => study.open && study.name !== 'All faces');
    select.replaceChildren(h('option', { value: '' }, 'All faces'), ...open.map(({ name }) => h('option', { value: name }, name)));
    select.value = open.some(({ name }) => name === kept) ? kept : '';
    const opened = new Set([...this.desk.root.querySelectorAll('.imports details[open]')].map((one) => one.dataset.key));
    part(this.desk.root, 'imports').replaceChildren(...(imports.length ? [h('h3', {}, 'Imports so far')] : []), ...imports.map((one) => this.row(one, opened)));
  }

  row(one, opened) {
    const counts = [
      one.added && `${number(one.added)} new`,
      one.known && `${number(one.known)} already here`,
      one.skipped && `${number(one.skipped)} skipped`,
    ].filter(Boolean);
    const state = STATES[one.state];
    const again = one.resumable && h('button', { type: 'button', onclick: () => this.start('resume_import', one.id) }, 'Go on');
    return h(
      'article',
      { class: 'import', 'data-state': one.state },
      h('p', {}, h('b', {}, one.place), ` ${counts.join(', ') || 'nothing yet'}`, state && h('span', { class: 'state' }, state), again, h('time', { class: 'quiet', datetime: one.at }, when(one.at))),
      one.message && h('p', { class: 'refused' }, one.message),
      one.skipped ? this.list(one, 'skipped', `Why ${number(one.skipped)} ${one.skipped === 1 ? 'was' : 'were'} skipped`, opened) : null,
      one.known ? this.list(one, 'known', `Which ${number(one.known)} ${one.known === 1 ? 'was' : 'were'} here already`, opened) : null,
    );
  }

  list(one, outcome, title, opened) {
    const key = `${one.id} ${outcome}`;
    const inside = h('ul');
    const more = h('button', { type: 'button', hidden: true }, 'More');
    const details = h('details', { 'data-key': key }, h('summary', {}, title), inside, more);
    const load = async (after) => {
      more.hidden = true;
      const { files, next } = await call('import_files', [one.id, outcome, after]);
      inside.append(...files.map((file) => told(file)));
      more.hidden = !next;
      more.onclick = () => load(next);
    };
    details.addEventListener('toggle', () => details.open && !inside.children.length && load(0).catch((error) => this.tell(error.message, true)));
    if (opened.has(key)) details.open = true;
    return details;
  }
}

function told({ name, reason, face_id: face }) {
  if (reason) return h('li', {}, h('b', {}, name), ` ${reason}`);
  return h('li', { class: 'same' }, h('img', { src: `./pictures/${face}`, alt: '', width: 28, height: 28, loading: 'lazy' }), h('b', {}, name), ` is face ${face}`);
}
