/* The next round: how many new labels there are of those that are needed; or the run under way, with its loss. */

import { call } from '../calls.js';
import { h, part, when } from '../review/dom.js';
import { long, times } from './words.js';

export class NextRound {
  constructor(desk) {
    this.desk = desk;
    this.key = '';
  }

  draw(overview, next) {
    const { root } = this.desk;
    const { running, launch, manage, rows } = overview;
    const key = JSON.stringify([running, launch, manage, next, rows.length]);
    if (key === this.key) return;
    this.key = key;
    part(root, 'next-title').textContent = running ? `Run ${running.run}` : 'Next round';
    const place = part(root, 'next');
    if (running) this.drawRunning(place, running);
    else this.drawWaiting(place, next, launch);
    this.drawButtons(overview, next);
  }

  drawRunning(place, run) {
    const share = run.steps ? run.step / run.steps : null;
    const bar = h('div', { class: share === null ? 'bar is-open' : 'bar', role: 'progressbar', 'aria-label': `Run ${run.run}`, 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': share === null ? null : Math.round(100 * share), style: share === null ? null : `--share:${share}` });
    const left = run.eta === null ? '' : ` About ${long(run.eta)} left.`;
    const at = run.steps ? `: ${run.step.toLocaleString('en')} of ${run.steps.toLocaleString('en')}` : '';
    const curve = h('div', { class: 'curve' });
    curve.innerHTML = run.curve; // made and escaped by studio/runs/line.py
    place.replaceChildren(
      h('p', { class: 'lead' }, `${run.stage}${at}.${left}`),
      ...(run.dead
        ? [h('p', { class: 'refused' }, `No sign of life since ${when(run.sign)}: its process died. The next retraining takes it up from its last checkpoint, if what serves is still the same.`)]
        : [bar]),
      ...(run.curve ? [h('p', { class: 'quiet' }, `Loss ${run.loss?.toPrecision(3)}`), curve] : []),
      h('p', { class: 'quiet' }, `Begun ${when(run.at)}${run.tries > 1 ? `, taken up ${times(run.tries - 1, 'time')}` : ''}.`),
    );
  }

  drawWaiting(place, next, launch) {
    const share = Math.min(1, next.new / next.needed);
    const left = Math.max(0, next.needed - next.new);
    place.replaceChildren(
      h('p', { class: 'count' }, h('b', {}, next.new.toLocaleString('en')), ` new labels of ${next.needed} needed`),
      h('div', { class: 'bar', role: 'meter', 'aria-label': 'New labels', 'aria-valuemin': 0, 'aria-valuemax': next.needed, 'aria-valuenow': Math.min(next.new, next.needed), style: `--share:${share}` }),
      h('p', { class: 'quiet' }, left ? `${times(left, 'more face')}, and a round is worth its time. Go on annotating.` : `A retraining learns from ${times(next.faces, 'face')} in all.`),
      ...(next.gold_set ? [h('p', { class: 'quiet' }, `${times(next.gold_set, 'gold face')} are set aside to judge it with.`)] : [h('p', { class: 'refused' }, 'No gold set is frozen, so no candidate can be judged.')]),
      ...this.told(launch),
    );
  }

  /** What became of the retraining that was last started here. */
  told(launch) {
    if (!launch) return [];
    if (launch.state === 'running') return [h('p', { role: 'status' }, 'A retraining was started; its process is getting ready.'), h('div', { class: 'bar is-open' })];
    if (launch.state === 'failed') return [h('p', { class: 'refused', role: 'alert' }, `The retraining failed. ${launch.note}`)];
    return [h('p', { class: 'quiet', role: 'status' }, { nothing: 'Nothing was trained: ', busy: 'Nothing was started: ' }[launch.result.outcome] ?? '', launch.note)];
  }

  drawButtons({ running, launch, manage }, next) {
    const place = part(this.desk.root, 'next-buttons');
    if (!manage) return place.replaceChildren();
    if (running) return place.replaceChildren(h('button', { type: 'button', onclick: () => this.desk.acts.stop(running.run, running.dead) }, running.dead ? 'Give it up' : 'Stop'), ...(running.dead ? [this.main('Retrain now', next)] : []));
    if (launch?.state === 'running') return place.replaceChildren(h('button', { type: 'button', onclick: () => call('runs_stop', [null]).then(this.desk.refresh) }, 'Stop'));
    return place.replaceChildren(
      this.main('Retrain now', next),
      h('button', { type: 'button', onclick: (event) => this.plan(event.target) }, 'What would it train on?'),
      h('button', { type: 'button', onclick: () => this.desk.acts.toGoldSet() }, next.gold_set ? 'Set more gold aside' : 'Set gold faces aside'),
    );
  }

  main(words, next) {
    return h('button', { type: 'button', class: 'main-button', onclick: () => this.start(next) }, words);
  }

  start(next) {
    const least = Math.max(1, Math.min(next.needed, next.new));
    const few = next.new < next.needed ? ` Only ${times(next.new, 'face has', 'faces have')} new labels; with fewer than ${next.needed} a rise is hard to prove.` : '';
    this.desk.ask({
      title: 'Retrain now?',
      words: `A process of its own learns from all accepted labels, on this computer. It goes on if the studio is closed, and changes what serves only if the gate finds it better.${few}`,
      yes: 'Retrain',
      reason: false,
      act: async () => {
        await call('runs_start', [least]);
        this.desk.say('The retraining was started.');
        await this.desk.refresh();
      },
    });
  }

  async plan(button) {
    const place = part(this.desk.root, 'plan');
    button.disabled = true;
    place.replaceChildren(h('p', { class: 'quiet' }, 'Counting exactly, some seconds.'));
    try {
      const { rounds } = await call('runs_plan', [], { seconds: 120 });
      place.replaceChildren(...rounds.map(planned));
    } catch (error) {
      place.replaceChildren(h('p', { class: 'refused' }, error.message));
    } finally {
      button.disabled = false;
    }
  }
}

function planned({ tasks, faces, new: fresh, enough, left_out: out, min_new: least }) {
  const reasons = Object.entries(out).map(([why, count]) => h('li', {}, `${count.toLocaleString('en')} ${why}`));
  return h(
    'div',
    { class: 'plan' },
    h('p', {}, h('b', {}, `${times(faces, 'face')} for ${tasks.join(' and ')}, ${fresh.toLocaleString('en')} of them new.`), enough ? '' : ` A scheduled round waits for ${least}.`),
    reasons.length ? h('p', { class: 'quiet' }, 'Left out:') : null,
    reasons.length ? h('ul', {}, reasons) : null,
  );
}
