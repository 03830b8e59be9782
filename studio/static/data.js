/* The Data tab: begins when its page is first seen, asks what is in the studio, and draws it.

   Data flows one way: a click asks the server for something, the server's overview is asked for again, and all parts
   are drawn from it. While something is being done, the jobs are asked for each second, and the overview at their end. */

import { call } from './calls.js';
import { part } from './review/dom.js';
import { Bringing } from './data/bring.js';
import { drawNow } from './data/now.js';
import { drawJob, isRunning } from './data/jobs.js';
import { Erasing } from './data/erase.js';
import { GoldSet } from './data/gold.js';
import { Studies } from './data/studies.js';
import { Taking } from './data/take.js';

const PAUSE = 1000; // ms between two questions about running jobs
const found = () => document.querySelector('#data .data:not([data-begun])');

function begin(root) {
  root.dataset.begun = 'yes';
  let overview = null;
  let timer = 0;

  const desk = {
    root,
    say(words) {
      part(root, 'announce').textContent = words;
    },
    async ask(name, ...args) {
      const answer = await call(name, args);
      await refresh();
      return answer;
    },
    overview: () => overview,
  };
  const bringing = new Bringing(desk);
  const studies = new Studies(desk);
  const gold = new GoldSet(desk);
  const taking = new Taking(desk);
  const erasing = new Erasing(desk);

  async function refresh() {
    try {
      overview = await call('data_overview', []);
    } catch (error) {
      fail(error);
      return;
    }
    draw();
    follow();
  }

  function draw() {
    root.dataset.state = overview.faces.total ? 'ready' : 'empty';
    root.classList.toggle('may-manage', overview.manage);
    drawNow(root, overview);
    bringing.draw(overview);
    studies.draw(overview);
    gold.draw(overview);
    taking.draw(overview);
    erasing.draw(overview);
    drawJobs(overview.jobs);
  }

  function drawJobs(jobs) {
    for (const [kind, place] of [['import', 'import-job'], ['preannotation', 'model-job'], ['export', 'export-job'], ['backup', 'backup-job'], ['erasure', 'erase-job']])
      drawJob(part(root, place), jobs.find((job) => job.kind === kind), desk);
  }

  function fail(error) {
    root.dataset.state = 'failed';
    part(root, 'wait').textContent = error.message;
  }

  function follow() {
    clearTimeout(timer);
    if (overview.jobs.some(isRunning)) timer = setTimeout(look, PAUSE);
  }

  async function look() {
    if (!root.isConnected) return;
    let jobs = overview.jobs;
    try {
      jobs = await call('data_jobs', []);
    } catch (error) {
      if (!error.passing) return;
    }
    const ended = jobs.find((job) => !isRunning(job) && overview.jobs.some((one) => one.id === job.id && isRunning(one)));
    overview.jobs = jobs;
    drawJobs(jobs);
    if (ended) {
      desk.say(`${ended.title}: ${ended.state}. ${ended.note}`);
      refresh();
    } else follow();
  }

  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && root.offsetParent) refresh();
  });
  new IntersectionObserver(([entry]) => entry.isIntersecting && refresh()).observe(root);
}

const start = () => {
  const root = found();
  if (root) begin(root);
};
new MutationObserver(start).observe(document.body, { childList: true, subtree: true });
start();
