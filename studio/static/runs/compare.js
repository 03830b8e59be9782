/* Two revisions side by side on the same gold faces: each face beside the two texts, what got better first. */

import { call } from '../calls.js';
import { h, part } from '../review/dom.js';
import { table } from './changed.js';
import { named, signed, times } from './words.js';

export class Comparing {
  constructor(desk) {
    this.desk = desk;
    this.kind = 'better';
    this.found = null;
    for (const name of ['first', 'second']) part(desk.root, name).addEventListener('change', () => this.show(Number(part(desk.root, 'first').value), Number(part(desk.root, 'second').value), false));
  }

  draw({ rows }) {
    const known = [...new Set(rows.filter((row) => row.comparable).flatMap((row) => [row.revision, row.parent]))].sort((a, b) => b - a);
    const key = known.join();
    if (key === this.known) return;
    this.known = key;
    for (const name of ['first', 'second']) {
      const select = part(this.desk.root, name);
      const kept = select.value;
      select.replaceChildren(...known.map((revision) => h('option', { value: revision }, revision ? `revision ${revision}` : 'base')));
      if (kept) select.value = kept;
    }
  }

  async show(first, second, go = true) {
    const { root } = this.desk;
    const card = part(root, 'compare');
    card.hidden = false;
    part(root, 'first').value = String(first);
    part(root, 'second').value = String(second);
    const words = part(root, 'compare-words');
    words.textContent = 'Reading both answers.';
    if (go) {
      card.scrollIntoView({ block: 'start', behavior: 'smooth' });
      card.querySelector('h2').focus({ preventScroll: true });
    }
    const asked = (this.asked = [first, second]);
    let found = null;
    let failed = '';
    try {
      found = await call('runs_compare', asked, { seconds: 60 });
    } catch (error) {
      failed = error.message;
    }
    if (asked !== this.asked) return; // others were chosen meanwhile, and answers may overtake each other
    this.found = found;
    if (failed) words.textContent = failed;
    this.kind = this.found && !this.found.better.length && this.found.worse.length ? 'worse' : 'better';
    this.fill();
  }

  fill() {
    const { root } = this.desk;
    const kinds = part(root, 'compare-kinds');
    const list = part(root, 'pairs');
    if (!this.found) {
      kinds.replaceChildren();
      list.replaceChildren();
      return;
    }
    const { counts, labels, first, second } = this.found;
    const total = counts.better + counts.worse + counts.same;
    part(root, 'compare-words').textContent = `On the same ${times(total, 'gold face')}: ${counts.better} better, ${counts.worse} worse, ${counts.same} alike by their labels.`;
    kinds.replaceChildren(
      ...['better', 'worse', 'labels'].map((kind) =>
        h('button', { type: 'button', class: 'pill', 'aria-pressed': kind === this.kind ? 'true' : 'false', onclick: () => { this.kind = kind; this.fill(); } }, { better: 'Got better ', worse: 'Got worse ', labels: 'All labels' }[kind], kind === 'labels' ? null : h('b', {}, String(counts[kind]))),
      ),
    );
    if (this.kind === 'labels') {
      const most = Math.max(1, ...labels.map((label) => Math.max(Math.abs(label.low), Math.abs(label.high))));
      list.replaceChildren(h('li', { class: 'all-labels' }, table(labels, most)));
      return;
    }
    const faces = this.found[this.kind];
    list.replaceChildren(...(faces.length ? faces.map((face) => this.face(face, [first, second])) : [h('li', { class: 'quiet' }, `No face got ${this.kind}.`)]));
  }

  face({ face, picture, change, truth, sides }, revisions) {
    const people = Object.values(truth).flat();
    return h(
      'li',
      { class: 'pair' },
      h('div', { class: 'portrait' }, h('img', { src: `./${picture}`, alt: `Face ${face}`, width: 120, height: 120, loading: 'lazy' }), h('button', { type: 'button', class: 'link', onclick: () => this.desk.trace(face) }, `Face ${face}`), h('small', {}, `${signed(100 * change)} points`)),
      ...sides.map((side, place) =>
        h(
          'div',
          { class: 'side' },
          h('h3', {}, place ? `After: ${named(revisions[1])}` : `Before: ${named(revisions[0])}`),
          ...Object.entries(side).flatMap(([task, { labels, text }]) => [names(labels, truth[task]), h('p', { class: 'text' }, text || 'No answer.')]),
        ),
      ),
      h('p', { class: 'truth quiet' }, `Gold: ${people.length ? people.slice(0, 12).join(' ') : 'no action unit'}`),
    );
  }
}

/** The labels of an answer: right ones, wrong ones, and those that it misses. */
function names(labels, truth) {
  const said = labels.map((name) => h('span', { class: truth.includes(name) ? 'is-right' : 'is-wrong' }, name, h('span', { class: 'sr-only' }, truth.includes(name) ? ', right' : ', wrong')));
  const missed = truth.filter((name) => !labels.includes(name)).map((name) => h('span', { class: 'is-missed' }, name, h('span', { class: 'sr-only' }, ', missed')));
  return h('p', { class: 'names' }, [...said, ...missed].flatMap((one, place) => (place ? [' ', one] : [one])));
}
