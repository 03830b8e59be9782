/* The page's top line: which study, how far, what is saved. What it says is there while the Annotate tab is in sight. */

import { element } from './page.js';
import { lasting } from './store.js';

const PLACES = ['study', 'progress', 'saved'];
const MODES = { open: 'open', blind: 'blind', blind_then_revise: 'blind, then revise' };
const said = { study: [], progress: [], saved: [] };

export function showStudy({ study, mode }) {
  const button = element('button', { type: 'button', class: 'plain', 'aria-label': `Study ${study}. Choose another.` });
  const lead = element('span', { class: 'lead' }, 'Study ');
  button.append(lead, element('b', {}, study), element('span', { class: 'more' }, ` · ${MODES[mode] ?? mode}`));
  said.study = [button];
  paint();
}

export function showProgress({ done, today, total, full }) {
  const words = `You have done ${done} of the study’s ${total} faces; ${full} are finished.`;
  const more = element('span', { class: 'more' }, ` · ${today} today`);
  said.progress = [element('span', { title: words }, element('b', {}, `${done}`), ` of ${total}`, more)];
  paint();
}

/** `outbox`: what Outbox tells of itself. */
export function showSaved({ waiting, stuck, trouble, at }) {
  const words = sentence({ waiting, trouble, at });
  if (waiting && !lasting) words.push(', in this window only');
  if (stuck) words.splice(0, words.length, element('button', { type: 'button', class: 'plain' }, `${stuck} not taken: see why`));
  said.saved = words;
  said.mood = stuck ? 'bad' : trouble ? 'warn' : '';
  paint();
}

function sentence({ waiting, trouble, at }) {
  if (waiting && trouble === 'sign-in') {
    return [element('a', { href: './sign-in?again', target: '_blank', class: 'plain' }, `sign in to send the ${waiting} kept here`)];
  }
  if (waiting && trouble === 'closed') return [`the studio only reads: ${waiting} kept here, will be sent`];
  if (waiting && trouble) return [`offline: ${waiting} kept here, will be sent`];
  if (waiting) return ['saving'];
  if (trouble === 'offline') return ['offline'];
  return at ? ['saved ', element('b', {}, clock(at))] : [];
}

export function paint() {
  const shown = Boolean(document.getElementById('annotate')?.offsetParent);
  for (const name of PLACES) {
    const place = document.getElementById(`top-${name}`);
    if (!place) continue;
    if (name === 'saved') {
      place.dataset.mood = said.mood ?? '';
      place.setAttribute('role', 'status');
    }
    const nodes = shown ? said[name] : [];
    // Written only where it changes, or it would be read out each time.
    const shows = place.childNodes.length === nodes.length && nodes.every((node, at) => same(node, place.childNodes[at]));
    if (!shows) place.replaceChildren(...nodes);
  }
}

const same = (node, there) => node === there || (there.nodeType === Node.TEXT_NODE && there.data === node);

function clock(iso) {
  return new Date(iso).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}
