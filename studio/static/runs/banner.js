/* What stands above all: that the promoted adapter was not taken, is being loaded, or is not followed; that a
   scheduled job's rounds do not come; and how many answers are of earlier revisions. */

import { call } from '../calls.js';
import { h } from '../review/dom.js';
import { times } from './words.js';

export function drawBanner(place, { serving, refresh, hub, manage }, next, desk) {
  const lines = [...about(serving, manage, desk), ...elsewhere(hub), ...old(refresh, next)];
  const key = JSON.stringify([serving.state, serving.why, refresh, hub?.error, next?.stale, manage]);
  if (place.dataset.key === key) return;
  place.dataset.key = key;
  place.hidden = !lines.length;
  place.dataset.state = serving.state;
  place.replaceChildren(...lines);
}

function about({ state, why, tasks }, manage, desk) {
  if (state === 'refused') {
    const again = h('button', { type: 'button', onclick: () => call('runs_try_again', []).then(desk.refresh, (error) => desk.say(error.message)) }, 'Try again');
    return [h('p', { role: 'alert' }, h('b', {}, 'The promoted adapter is not in use. '), why, ' ', h('span', { class: 'quiet' }, 'The model before it goes on answering.')), manage ? again : null].filter(Boolean);
  }
  if (state === 'loading') return [h('p', { role: 'status' }, 'The promoted adapter is being loaded and proven. The model before it answers meanwhile.'), h('i', { class: 'bar is-open', 'aria-hidden': 'true' })];
  if (state === 'named' && tasks.length) return [h('p', {}, h('b', {}, 'Promotions are not followed here. '), why)];
  return [];
}

/** Rounds of a scheduled job that cannot be taken over. */
function elsewhere(hub) {
  return hub?.error ? [h('p', { role: 'alert' }, h('b', {}, 'What the scheduled job learned is not taken over. '), hub.error)] : [];
}

function old(refresh, next) {
  if (refresh) return [h('p', {}, `Answers of earlier revisions are being refreshed, faces that wait for annotators first: ${refresh.done.toLocaleString('en')} of ${times(refresh.total ?? refresh.done, 'face')}.`)];
  if (next?.stale) return [h('p', {}, `${times(next.stale, 'face has', 'faces have')} answers of earlier revisions only; they are marked as such.`)];
  return [];
}
