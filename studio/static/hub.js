/* Says in the top line how it stands with the hub: when all was there, what still waits, why it cannot be sent; and across
   the page, where the studio may not write to the repository and so takes nothing. The place exists only where a
   repository is named; without it nothing is asked. */

import { call } from './calls.js';

const EVERY = 60_000; // ms

function words({ waiting, at, error, refused }) {
  if (refused) return ['only reading', 'bad', refused];
  if (error) return [`${waiting} wait for the hub`, 'warn', error];
  if (waiting || !at) return ['on its way to the hub', '', `${waiting} changes are saved here and sent within minutes.`];
  return [`on the hub ${clock(at)}`, '', 'Everything that was saved before is safe on the hub too.'];
}

async function say(place) {
  if (document.hidden) return;
  try {
    const now = await call('sync_state');
    const [text, mood, more] = words(now);
    banner(now.refused);
    place.dataset.mood = mood;
    place.title = more;
    if (place.textContent !== text) place.textContent = text; // or it would be read out each time
  } catch {
    place.textContent = ''; // signed out, or offline: others say so
  }
}

/** Says across the page that nothing can be saved, and why; gone when it can be again. */
function banner(why) {
  let place = document.getElementById('only-reading');
  if (!why) {
    place?.remove();
    return;
  }
  if (!place) {
    place = document.createElement('div');
    place.id = 'only-reading';
    place.setAttribute('role', 'alert');
    document.body.append(place);
  }
  const says = `This studio only reads: nothing is saved here. ${why}`;
  if (place.textContent !== says) place.textContent = says;
}

const clock = (iso) => new Date(iso).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

function begin() {
  const place = document.getElementById('top-hub');
  const { role } = document.documentElement.dataset;
  if (!place || !role || role === 'visitor') return;
  changes.disconnect();
  setInterval(say, EVERY, place);
  document.addEventListener('visibilitychange', () => say(place));
  say(place);
}

/* Gradio draws the page, and people.js says who it is for, some time after this script is here. */
const changes = new MutationObserver(begin);
changes.observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-role'] });
begin();
