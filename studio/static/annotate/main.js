/* The Annotate tab: begins when its page is first seen, and brings keys, pointer and parts together.

   Data flows one way: a key or click becomes a command, a command changes the sheet on the desk, the sheet is drawn.
   Gradio draws a tab when it is first opened, so the page is waited for. */

import { call } from '../calls.js';
import { Acts } from './acts.js';
import { BoxTool } from './box.js';
import { redrawFace } from './redraw.js';
import { Desk } from './desk.js';
import { askStudy, showKeys, showStuck } from './dialogs.js';
import { focusField, listenToField, sayField } from './field.js';
import { listenToForm } from './form.js';
import { Guide } from './guide.js';
import { attend } from './attend.js';
import { listenToHands } from './hands.js';
import { part, vocabularyOf } from './page.js';
import { listenToTexts } from './rationale.js';
import { Outbox } from './saves.js';
import { Stage } from './stage.js';
import { uuid } from './store.js';
import { showSaved } from './top.js';

const found = () => document.querySelector('#annotate .annotate:not([data-begun])');

function begin(root) {
  root.dataset.begun = 'yes';
  const stage = new Stage(root);
  const guide = new Guide(root);
  const outbox = new Outbox(showSaved);
  const desk = new Desk(root, { stage, outbox, vocabulary: vocabularyOf(root), client: clientOfWindow() });
  const acts = new Acts(root, desk, outbox);
  const box = new BoxTool(root, stage, {
    done: (place) => redrawFace(root, desk, place),
    ended: () => {
      tool('box', false);
      focusField(root);
    },
  });
  const sheet = () => desk.sheet;
  listenToForm(root, sheet, (text) => {
    desk.change({ text });
    sayField(root, desk.sheet);
  });
  listenToField(root, sheet, (text, word) => desk.change({ text }, word));
  listenToTexts(root, sheet, (patch, word) => desk.change(patch, word));

  function tool(name, on) {
    for (const button of root.querySelectorAll(`.tool[data-do="${name}"]`)) button.setAttribute('aria-pressed', String(on));
  }

  const commands = {
    save: () => acts.save(),
    keep: () => acts.keep(),
    skip: () => acts.skip(),
    flag: () => acts.flag(),
    undo: () => acts.undo(),
    'from-model': () => acts.fromModel(),
    repair: (button) => acts.repair(button?.dataset.code ?? ''),
    back: () => desk.back(),
    forward: () => desk.forward(),
    ahead: () => desk.ahead(),
    open: (button) => desk.open(Number(button.dataset.assignment)),
    again: () => desk.begin(),
    studies: () => chooseStudy(root, desk),
    stuck: () => showStuck(root, outbox.stuck(), (name) => outbox.remove(name)),
    help: () => showKeys(root).then(() => focusField(root)),
    dismiss: (button) => button?.closest('dialog').close(),
    landmarks: () => tool('landmarks', stage.landmarks()),
    regions: () => tool('regions', stage.regions()),
    closer: () => stage.closer(),
    farther: () => stage.farther(),
    home: () => stage.home(),
    guide: () => tool('guide', guide.toggle()),
    'guide-close': () => tool('guide', guide.toggle(false)),
    light: () => toggleLight(),
    'light-reset': () => setLight(100, 100),
    text: () => root.querySelector('.text:not([hidden]) textarea')?.focus(),
    box: () => {
      if (box.on) box.stop();
      else if (desk.sheet) {
        tool('box', true);
        box.start(desk.sheet.item.face, desk.sheet.item.view?.overlay);
      }
    },
    escape: () => {
      if (box.on) box.stop();
      else if (guide.open) tool('guide', guide.toggle(false));
      part(root, 'light').hidden = true;
      focusField(root);
    },
    'to-data': () => openTab('Data'),
    // In a tab of its own, so that what is typed here stays.
    'sign-in': () => window.open(new URL('./sign-in?again', document.baseURI), '_blank', 'noopener'),
  };

  function toggleLight() {
    const panel = part(root, 'light');
    panel.hidden = !panel.hidden;
    if (!panel.hidden) panel.querySelector('input').focus();
    else focusField(root);
  }

  function setLight(brightness, contrast) {
    for (const [name, value] of Object.entries({ brightness, contrast })) root.querySelector(`[data-light="${name}"]`).value = value;
    stage.lightOf(brightness, contrast);
  }

  part(root, 'light').addEventListener('input', () => {
    const value = (name) => root.querySelector(`[data-light="${name}"]`).value;
    stage.lightOf(value('brightness'), value('contrast'));
  });

  listenToHands(root, stage, commands);
  attend(root, desk);
  outbox.now();
  desk.begin();
}

async function chooseStudy(root, desk) {
  const studies = await call('list_studies').catch((error) => desk.fail(error) ?? []);
  const name = await askStudy(root, studies, desk.progress?.study ?? '');
  if (name !== null && name !== desk.progress?.study) await desk.begin(name);
  else focusField(root);
}

/* One window of the browser holds its leases under its own name, also after a reload. */
function clientOfWindow() {
  const name = 'emola.client';
  const client = sessionStorage.getItem(name) ?? uuid();
  sessionStorage.setItem(name, client);
  return client;
}

function openTab(name) {
  const tabs = [...document.querySelectorAll('#tabs button[role=tab]')];
  tabs.find((tab) => tab.textContent.trim() === name)?.click();
}

/* Only what is in sight takes faces from the queue. */
const sight = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    sight.unobserve(target);
    if (!target.dataset.begun) begin(target);
  }
});
function look() {
  const root = found();
  if (root && !root.dataset.waits) {
    root.dataset.waits = 'yes';
    sight.observe(root);
  }
}
new MutationObserver(look).observe(document, { childList: true, subtree: true });
look();
