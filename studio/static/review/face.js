/* The face under review: its picture, landmarks, regions that light with the label, and where it comes from. */
import { placeTag } from '../light.js';
import { h, part } from './dom.js';

let landmarks = true;

export function showFace(root, found) {
  const { face, overlay } = found;
  const whole = `0 0 ${face.width} ${face.height}`;
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', overlay?.viewBox ?? whole);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', 'The face under review');
  const image = document.createElementNS('http://www.w3.org/2000/svg', 'image');
  for (const [name, value] of Object.entries({ href: face.picture, width: face.width, height: face.height })) {
    image.setAttribute(name, value);
  }
  svg.append(image);
  if (overlay) svg.insertAdjacentHTML('beforeend', overlay.regions + overlay.dots); // numbers and codes only
  const tag = h('figcaption', { class: 'tag', hidden: true });
  const figure = h('figure', { class: 'portrait', 'data-landmarks': landmarks ? 'on' : 'off' }, svg, tag);
  const tools = h(
    'div', { class: 'tools' },
    h('button', { type: 'button', class: 'tool', 'data-do': 'landmarks', 'aria-pressed': String(landmarks), disabled: !overlay }, 'Landmarks ', h('kbd', {}, 'L')),
    h('button', { type: 'button', class: 'tool', 'data-do': 'whole', 'aria-pressed': 'false', disabled: !overlay || overlay.viewBox === whole, 'data-face': overlay?.viewBox ?? whole, 'data-whole': whole }, 'Whole picture'),
  );
  const from = [`Face ${face.id}`, face.source, face.name, face.split && `split ${face.split}`].filter(Boolean);
  part(root, 'look').replaceChildren(figure, tools, h('p', { class: 'from' }, from.join(' · ')));
}

export function switchLandmarks(root) {
  const button = root.querySelector('[data-do=landmarks]');
  if (!button || button.disabled) return;
  landmarks = !landmarks;
  button.setAttribute('aria-pressed', String(landmarks));
  root.querySelector('.portrait').dataset.landmarks = landmarks ? 'on' : 'off';
}

export function switchWhole(button) {
  const on = button.getAttribute('aria-pressed') !== 'true';
  button.setAttribute('aria-pressed', String(on));
  button.closest('.look').querySelector('svg').setAttribute('viewBox', on ? button.dataset.whole : button.dataset.face);
}

/** Lights one action unit on the face and in the matrix; '' puts the light out. */
export function light(root, unit) {
  for (const lit of root.querySelectorAll('.is-lit')) lit.classList.remove('is-lit');
  for (const element of root.querySelectorAll(unit ? `.cases [data-au="${unit}"]` : ':not(*)')) element.classList.add('is-lit');
  const frame = root.querySelector('.portrait');
  if (frame) placeTag(frame, frame.querySelector('.tag'), unit);
}
