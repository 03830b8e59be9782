/* A job as a card: what is being done, a bar of how far it is, and a button that stops it. */

import { call } from '../calls.js';
import { h, number } from '../review/dom.js';

const LONG_AGO = 10 * 60 * 1000; // ms after which the end of a job is not told any more
const ENDS = { finished: 'Done.', stopped: 'Stopped. It goes on from here when it is started again.', failed: 'It could not go on.' };

export const isRunning = (job) => job.state === 'running';

/** Draw a job into its place; nothing where there is none, or where it ended long ago. */
export function drawJob(place, job, desk) {
  const over = job?.ended_at && Date.now() - Date.parse(job.ended_at) > LONG_AGO;
  if (!job || over || (job.state === 'finished' && job.result.file)) {
    place.replaceChildren();
    return;
  }
  const card = place.querySelector(`[data-job="${job.id}"]`) ?? newCard(place, job, desk);
  card.dataset.state = job.state;
  const bar = card.querySelector('[role=progressbar]');
  const share = job.total ? Math.min(1, job.done / job.total) : 0;
  bar.style.setProperty('--share', isRunning(job) ? share : 1);
  bar.classList.toggle('is-open', isRunning(job) && !job.total);
  if (job.total) bar.setAttribute('aria-valuenow', Math.round(share * 100));
  else bar.removeAttribute('aria-valuenow');
  const far = isRunning(job) && job.total ? `${number(job.done)} of ${number(job.total)}. ` : '';
  card.querySelector('.job-note').textContent = `${isRunning(job) ? '' : `${ENDS[job.state]} `}${far}${job.note}`;
  const stop = card.querySelector('button');
  stop.hidden = !isRunning(job);
  stop.disabled = job.stopping;
  stop.textContent = job.stopping ? 'Stopping' : 'Stop';
}

function newCard(place, job, desk) {
  const stop = h('button', { type: 'button', 'aria-label': `Stop: ${job.title}` }, 'Stop');
  stop.addEventListener('click', () => {
    stop.disabled = true;
    call('stop_job', [job.id]).catch((error) => desk.say(error.message));
  });
  const bar = h('div', { class: 'bar', role: 'progressbar', 'aria-label': job.title, 'aria-valuemin': 0, 'aria-valuemax': 100 });
  const card = h('div', { class: 'job', 'data-job': job.id }, h('p', { class: 'job-title' }, job.title, stop), bar, h('p', { class: 'job-note' }));
  place.replaceChildren(card);
  return card;
}
