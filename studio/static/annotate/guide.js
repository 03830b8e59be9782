/* The guideline drawer: what an action unit looks like, in our own words and as a drawn example. */

import { call } from '../calls.js';
import { light, whenLit } from '../light.js';
import { element, part } from './page.js';

const pictures = new Map();

export class Guide {
  constructor(root) {
    this.root = root;
    this.drawer = part(root, 'guide');
    this.choice = this.drawer.querySelector('select');
    this.choice.addEventListener('change', () => {
      light(this.choice.value);
      this.show(this.choice.value);
    });
    whenLit((code) => { if (code && !this.drawer.hidden) this.show(code); });
  }

  get open() {
    return !this.drawer.hidden;
  }

  toggle(on = this.drawer.hidden) {
    this.drawer.hidden = !on;
    if (on) this.show(document.documentElement.dataset.lit || this.choice.value);
    return on;
  }

  async show(code) {
    const option = [...this.choice.options].find((each) => each.value === code);
    if (!option || this.shown === code) return;
    this.shown = code;
    this.choice.value = code;
    this.drawer.dataset.au = code;
    part(this.root, 'guide-text').textContent = option.dataset.description;
    const place = part(this.root, 'exemplar');
    place.setAttribute('aria-busy', 'true');
    try {
      if (!pictures.has(code)) pictures.set(code, await call('exemplar', [code]));
      if (this.shown === code) this.#draw(place, code);
    } catch (error) {
      if (!error.kind) throw error;
      this.shown = null; // asked again the next time
      place.replaceChildren(element('p', { class: 'quiet' }, 'The example cannot be had right now.'));
    }
    place.removeAttribute('aria-busy');
  }

  #draw(place, code) {
    const { rest, shown } = pictures.get(code);
    const frame = (source, words) => {
      const image = element('img', { src: source, alt: words });
      return element('figure', {}, image, element('figcaption', {}, words));
    };
    place.replaceChildren(frame(rest, 'at rest'), frame(shown, code));
  }
}
