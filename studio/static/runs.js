/* The Runs tab: begins when its page is first seen, asks what was learned, and draws it.

   Data flows one way: a click asks the server for something, the server's overview is asked for again, and all parts are
   drawn from it. While something goes on (a run, a model being loaded, answers being refreshed) it is asked for every
   two seconds, else every twenty, since a retraining may be begun by cron; only while the tab is in sight. */

import { call } from './calls.js';
import { part } from './review/dom.js';
import { ask } from './runs/ask.js';
import { Acts } from './runs/acts.js';
import { drawBanner } from './runs/banner.js';
import { Changed } from './runs/changed.js';
import { Comparing } from './runs/compare.js';
import { History } from './runs/history.js';
import { Lineage } from './runs/lineage.js';
import { NextRound } from './runs/next.js';

const SOON = 2000; // ms between two questions while something goes on
const LATER = 20_000; // ms otherwise
const found = () => document.querySelector('#runs .runs:not([data-begun])');

function begin(root) {
  root.dataset.begun = 'yes';
  let overview = null;
  let next = null;
  let timer = 0;

  const desk = {
    root,
    overview: () => overview,
    say(words) {
      part(root, 'announce').textContent = words;
    },
    ask: (question) => ask(root, question),
    refresh,
    row: (run) => overview?.rows.find((one) => one.run === run),
    choose(run) {
      changed.choose(run);
      draw();
    },
    compare: (first, second) => comparing.show(first, second),
    trace: (face) => lineage.trace(face),
  };
  desk.acts = new Acts(desk);
  const history = new History(desk);
  const nextRound = new NextRound(desk);
  const changed = new Changed(desk);
  const comparing = new Comparing(desk);
  const lineage = new Lineage(desk);

  async function refresh() {
    clearTimeout(timer);
    try {
      const before = overview;
      overview = await call('runs_overview', []);
      if (!next || worthCounting(before, overview)) next = await call('runs_next', [], { seconds: 60 });
      tell(before, overview);
    } catch (error) {
      if (!overview) fail(error);
      follow();
      return;
    }
    draw();
    follow();
  }

  function draw() {
    root.dataset.state = 'ready';
    root.classList.toggle('may-manage', overview.manage);
    drawBanner(part(root, 'banner'), overview, next, desk);
    history.draw(overview, next);
    nextRound.draw(overview, next);
    changed.draw(overview);
    comparing.draw(overview);
  }

  function fail(error) {
    root.dataset.state = 'failed';
    part(root, 'wait').textContent = error.message;
  }

  function follow() {
    clearTimeout(timer);
    timer = setTimeout(() => root.isConnected && (root.offsetParent && !document.hidden ? refresh() : follow()), busy(overview) ? SOON : LATER);
  }

  /** Says aloud what has changed by itself. */
  function tell(before, now) {
    if (!before) return;
    if (before.serving.state !== now.serving.state && now.serving.state === 'refused') desk.say(`The promoted adapter was not taken: ${now.serving.why}`);
    if (before.running && !now.running) {
      const ended = now.rows.find((row) => row.run === before.running.run);
      if (ended) desk.say(`Run ${ended.run}: ${ended.state}. ${ended.message ?? ''}`);
    }
  }

  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && root.offsetParent) refresh();
  });
  new IntersectionObserver(([entry]) => entry.isIntersecting && refresh()).observe(root);
}

/** Whether something goes on that changes within seconds. */
function busy(overview) {
  if (!overview) return false;
  const { serving, running, launch, refresh } = overview;
  const arriving = serving.tasks.some((task) => !task.here) && !['named', 'refused'].includes(serving.state);
  return Boolean(running || refresh || arriving || serving.state === 'loading' || launch?.state === 'running');
}

/** Counting labels is slow on a large database: only at the start, when a round has ended, when answers were refreshed. */
function worthCounting(before, now) {
  const ends = ({ rows, refresh, launch }) => JSON.stringify([rows.map((row) => row.state), Boolean(refresh), launch?.state]);
  return !before || ends(before) !== ends(now) || !busy(now);
}

const start = () => {
  const root = found();
  if (root) begin(root);
};
new MutationObserver(start).observe(document.body, { childList: true, subtree: true });
start();
