/* The People dialog, opened from the top line's "who I am": the studio makes its content (people/listing.py), this
   asks the endpoint that a control names and shows the answer. data-role on the root says what the page may show. */

import { call } from './calls.js';

const ARGUMENTS = {
  invite_person: (form) => [form.role.value, form.name.value.trim(), Number(form.days.value)],
  revoke_invitation: (control) => [id(control)],
  renew_password: (control) => [id(control)],
  unlock_person: (control) => [id(control)],
  set_active: (control) => [id(control), control.dataset.value === 'true'],
  set_role: (control) => [id(control), control.value],
  rename_person: (control) => [id(control), control.value],
};
const id = (control) => Number(control.dataset.id);

const dialog = document.createElement('dialog');
dialog.id = 'people';
dialog.className = 'people';
dialog.setAttribute('aria-label', 'People');
dialog.innerHTML =
  '<p class="said" role="alert" hidden></p><div class="link" hidden><label for="people-link">Send this link to them; ' +
  'it is shown only now, and works once</label><div><input id="people-link" readonly><button type="button" data-copy>' +
  'Copy</button></div></div><div class="content"></div>';
const said = dialog.querySelector('.said');
const link = dialog.querySelector('.link');
const content = dialog.querySelector('.content');

function tell(sentence, signIn = false) {
  said.hidden = !sentence;
  said.textContent = sentence;
  if (signIn) said.insertAdjacentHTML('beforeend', ' <a href="./sign-in">Sign in</a>');
}

async function ask(name, values = []) {
  tell('');
  try {
    return await call(name, values);
  } catch (error) {
    tell(error.message, error.kind === 'sign-in');
    return null;
  }
}

function show(answer, focused) {
  if (!answer) return;
  if (answer.reload) location.reload();
  content.innerHTML = answer.html;
  link.hidden = !answer.link;
  if (answer.link) {
    const field = link.querySelector('input');
    field.value = new URL(`./${answer.link}`, document.baseURI).href;
    content.querySelector('header').after(link);
    field.focus();
    field.select();
    return;
  }
  ((focused && document.getElementById(focused)) || content.querySelector('h2')).focus();
}

async function open() {
  content.replaceChildren();
  link.hidden = true;
  if (!dialog.isConnected) document.body.append(dialog);
  dialog.showModal();
  show(await ask('show_people'));
}

async function run(control) {
  const name = control.dataset.do;
  const answer = await ask(name, ARGUMENTS[name](control));
  if (answer) show(answer, control.id);
  else show(await quietly());
}

/* After a refusal the list as it is, with the refusal still in sight. */
async function quietly() {
  try {
    return await call('show_people');
  } catch {
    return null;
  }
}

document.addEventListener('click', (event) => {
  if (event.target instanceof Element && event.target.closest('[data-opens-people]')) open();
});
dialog.addEventListener('click', async (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  if ('close' in button.dataset) dialog.close();
  else if ('copy' in button.dataset) {
    const field = link.querySelector('input');
    field.select();
    await navigator.clipboard?.writeText(field.value).catch(() => {});
    button.textContent = 'Copied';
    setTimeout(() => (button.textContent = 'Copy'), 1500);
  } else if (button.dataset.do) run(button);
});
dialog.addEventListener('change', (event) => {
  if (event.target.dataset.do) run(event.target);
});
dialog.addEventListener('submit', (event) => {
  if (!event.target.dataset.do) return; // signing out is a plain form
  event.preventDefault();
  run(event.target);
});
dialog.addEventListener('close', () => document.querySelector('[data-opens-people]')?.focus());

/* An annotator who has just signed in (TO_WORK in people/pages.py) goes where the work is; reviewers and admins have
   more than one such place, and choose. The address is the plain one again. */
function toWork(role) {
  if (location.hash !== '#annotate' || !role || role === 'visitor') return;
  const tab = role === 'annotator' ? document.getElementById('tab-annotate-button') : null;
  if (role === 'annotator' && !tab?.offsetWidth) return; // not there yet
  history.replaceState(null, '', location.pathname + location.search);
  tab?.click();
}

/* What one's role does not allow is not shown: [data-needs=reviewer], .needs-reviewer. The studio checks each call. */
new MutationObserver(() => {
  const role = document.getElementById('who')?.dataset.role;
  if (role && document.documentElement.dataset.role !== role) document.documentElement.dataset.role = role;
  toWork(role);
}).observe(document.body, { childList: true, subtree: true });
