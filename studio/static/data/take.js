/* Export and backup: what is chosen is asked for, and what was made is listed, to be fetched. */

import { h, number, part, when } from '../review/dom.js';

const size = (bytes) => (bytes >= 2 ** 20 ? `${(bytes / 2 ** 20).toFixed(1)} MB` : `${Math.ceil(bytes / 1024)} KB`);

export class Taking {
  constructor(desk) {
    this.desk = desk;
    this.form = part(desk.root, 'take');
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.ask('start_export', this.choice());
    });
    this.form.addEventListener('input', () => this.shape());
    part(desk.root, 'backup').addEventListener('click', (event) => event.target.closest('[data-do=backup]') && this.ask('start_backup'));
    this.shape();
  }

  choice() {
    const { elements } = this.form;
    const on = (name) => elements[name].checked && !elements[name].disabled;
    return {
      form: elements.form.value,
      labels: elements.labels.value,
      splits: [...elements.splits].filter((box) => box.checked).map((box) => box.value),
      study: elements.study.value,
      ...Object.fromEntries(['pictures', 'subjects', 'history', 'unlabelled'].map((name) => [name, on(name)])),
    };
  }

  /** What FABA-Instruct's form cannot hold cannot be chosen with it. */
  shape() {
    const { elements } = this.form;
    const faba = elements.form.value === 'faba';
    for (const name of ['subjects', 'history', 'unlabelled']) elements[name].disabled = faba;
    const each = [...elements.labels].find((one) => one.value === 'each');
    each.disabled = faba;
    if (faba && each.checked) elements.labels.value = 'accepted';
  }

  async ask(name, ...args) {
    const refused = part(this.desk.root, 'take-refused');
    refused.hidden = true;
    try {
      await this.desk.ask(name, ...args);
    } catch (error) {
      refused.textContent = error.message;
      refused.hidden = false;
    }
  }

  draw({ studies, jobs, backup, manage, as_imported: imported }) {
    const select = this.form.elements.study;
    const kept = select.value;
    select.replaceChildren(h('option', { value: '' }, 'all faces'), ...studies.map(({ name }) => h('option', { value: name }, name)));
    select.value = studies.some(({ name }) => name === kept) ? kept : '';
    this.offer(imported);
    part(this.desk.root, 'backup').hidden = !backup || !manage;
    const made = (kind) => jobs.filter((job) => job.kind === kind && job.state === 'finished' && job.result.file);
    part(this.desk.root, 'made').replaceChildren(...made('export').map(file));
    part(this.desk.root, 'copies').replaceChildren(...made('backup').map(file));
  }

  /** FABA-Instruct's own label files, each import of them, to be had again with what people corrected. */
  offer(imported) {
    const place = part(this.desk.root, 'as-imported');
    place.hidden = !imported.length;
    place.replaceChildren(
      h('h3', {}, 'FABA-Instruct as imported'),
      h('p', { class: 'quiet' }, 'The same label files, entry for entry; only faces that people corrected have new answers.'),
      ...imported.map(({ name, entries, at }) =>
        h(
          'p',
          { class: 'line' },
          h('button', { type: 'button', 'aria-label': `Export ${name} as imported`, onclick: () => this.ask('start_export_as_imported', name) }, 'Export'),
          h('span', {}, h('b', {}, `${number(entries)} entries`), h('span', { class: 'quiet' }, ` imported ${when(at)}`)),
        ),
      ),
    );
  }
}

function file({ result, note, ended_at: at }) {
  return h(
    'li',
    {},
    h('a', { href: `./exports/${result.file}`, download: result.file }, 'Download'),
    h('span', {}, h('b', {}, `${number(result.rows)} rows`), ` ${size(result.bytes)} · ${when(at)}, kept for an hour`),
    h('small', { class: 'quiet' }, note),
  );
}
