/* Where an answer comes from: prediction, revision, snapshot, the labels in it, and each revision's parent. */

import { call } from '../calls.js';
import { h, part, when } from '../review/dom.js';
import { times } from './words.js';

export class Lineage {
  constructor(desk) {
    this.desk = desk;
    part(desk.root, 'trace').addEventListener('submit', (event) => {
      event.preventDefault();
      this.show(Number(event.target.elements.face.value));
    });
  }

  /** From elsewhere on the page. */
  trace(face) {
    const form = part(this.desk.root, 'trace');
    form.elements.face.value = face;
    part(this.desk.root, 'lineage').scrollIntoView({ block: 'nearest', behavior: 'smooth' });
    form.elements.face.focus({ preventScroll: true });
    this.show(face);
  }

  async show(face, prediction = null) {
    const place = part(this.desk.root, 'chain');
    try {
      place.replaceChildren(...this.chain(await call('runs_lineage', [face, prediction])));
    } catch (error) {
      place.replaceChildren(h('p', { class: 'refused' }, error.message));
    }
  }

  chain(found) {
    const { prediction: said, all, tasks, base } = found;
    const others = all.filter((one) => one.id !== said.id);
    return [
      h(
        'div',
        { class: 'answer' },
        h('img', { src: `./${found.picture}`, alt: `Face ${found.face}`, width: 64, height: 64 }),
        h('p', {}, h('b', {}, `Prediction ${said.id}`), `, ${when(said.at)}`, said.serves ? '' : h('span', { class: 'mark' }, 'by an earlier revision'), h('br'), [said.emotion, ...said.au].filter(Boolean).join(' ') || 'nothing named'),
      ),
      ...tasks.map(({ tasks: names, chain }) => h('ol', { class: 'chain' }, chain.length ? chain.map((one, at) => this.link(one, at, names)) : h('li', {}, `${names.join(' and ')}: an adapter that was not trained here.`), h('li', {}, `base ${base}, with the expert ${found.expert}`))),
      ...(tasks.length ? [] : [h('ol', { class: 'chain' }, h('li', {}, `The base ${base} alone, with the expert ${found.expert}: no label of this studio shaped it.`))]),
      ...(others.length ? [h('p', { class: 'quiet' }, 'Other answers: ', others.flatMap((one, at) => [at ? ', ' : '', h('button', { type: 'button', class: 'link', onclick: () => this.show(found.face, one.id) }, `${one.id}${one.serves ? ' (serving)' : ''}`)]))] : []),
    ];
  }

  link(one, at, names) {
    const from = [one.gold && times(one.gold, 'gold label'), one.annotated && times(one.annotated, 'annotation')].filter(Boolean).join(' and ');
    const rows = h('ul', { class: 'taught' });
    const more = h('button', { type: 'button', class: 'link', hidden: true }, 'More');
    const load = async (after) => {
      more.hidden = true;
      try {
        const { rows: found, next } = await call('runs_taught', [one.snapshot, after]);
        rows.append(...found.map((row) => this.taught(row)));
        more.hidden = next === null;
        more.onclick = () => load(next);
      } catch (error) {
        rows.append(h('li', { class: 'refused' }, error.message));
      }
    };
    const details = one.snapshot && h('details', {}, h('summary', {}, `${from || 'no label'} by ${times(one.people, 'person', 'people')}`), rows, more);
    details?.addEventListener?.('toggle', () => details.open && !rows.children.length && load(0));
    return h(
      'li',
      {},
      h('b', {}, `revision ${one.revision}`),
      at ? ', its parent' : ` answered ${names.join(' and ')}`,
      one.run ? `; run ${one.run}${one.at ? `, ${when(one.at)}` : ''}` : '; registered by hand',
      one.snapshot ? `, on snapshot ${one.sha256} (${times(one.faces, 'face')})` : '',
      one.erased ? h('span', { class: 'mark' }, `${times(one.erased, 'face')} erased since`) : null,
      details,
    );
  }

  taught({ face, picture, kind, by, at, emotion, au, changes }) {
    const said = [emotion?.replace('cant_tell', 'can’t tell'), ...au].filter(Boolean).join(' ');
    const what = { adjudicated: 'decided', agreed: 'agreed on', imported: 'imported', annotated: 'annotated', erased: 'erased since' }[kind] ?? kind;
    return h(
      'li',
      {},
      picture ? h('img', { src: `./${picture}`, alt: '', width: 30, height: 30, loading: 'lazy' }) : h('i', { class: 'gone', 'aria-hidden': 'true' }),
      h('span', {}, h('button', { type: 'button', class: 'link', onclick: () => this.trace(face) }, `Face ${face}`), ` ${what}${by ? ` by ${by}` : ''}${at ? `, ${when(at)}` : ''}: ${said || 'nothing named'}`, changes?.length ? h('b', {}, ` (${changes.join(', ')})`) : changes ? ' (as the model said)' : ''),
    );
  }
}
