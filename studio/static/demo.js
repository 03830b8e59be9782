/* The Demo tab: lights an action unit everywhere at once, shows more or less of the picture, takes pictures from the
   clipboard, a drop or the webcam. All listeners sit on the document, because the answer's elements come and go while
   it streams. Nothing is sent except the chosen picture. */
import { light as lightUnit, placeTag, regionUnder, whenLit } from './light.js';

(() => {
  const MAX_MB = Number(document.querySelector('meta[name=emola-max-mb]')?.content ?? 20);
  const root = document.documentElement;
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const near = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

  /* ---- One action unit under the pointer or the cursor; a click pins it ---- */
  let pinned = '';
  const shown = () => Boolean(document.getElementById('demo')?.offsetParent);
  const light = (code) => lightUnit(code || pinned);

  function pin(code) {
    pinned = pinned === code ? '' : code;
    for (const button of document.querySelectorAll('#demo button[data-au]')) {
      button.setAttribute('aria-pressed', String(button.dataset.au === pinned));
    }
    light(code);
  }

  function tag(code) {
    const stage = document.querySelector('.stage');
    if (stage?.querySelector('.tag')) placeTag(stage, stage.querySelector('.tag'), code);
  }
  whenLit(tag);

  /* Over the face itself: the smallest region under the pointer whose unit the answer names (before an answer: any). */
  function regionAt(event) {
    const stage = near(event, '.stage');
    if (!stage) return '';
    const present = new Set([...document.querySelectorAll('.bar[data-present]')].map((bar) => bar.dataset.au));
    const anyUnit = stage.dataset.state !== 'ready';
    return regionUnder(stage, event, (code) => anyUnit || present.has(code));
  }

  document.addEventListener('pointermove', (event) => {
    if (shown() && event.pointerType !== 'touch') light(near(event, '#answer-side [data-au]')?.dataset.au ?? regionAt(event));
  });
  document.addEventListener('pointerleave', () => shown() && light(''));
  document.addEventListener('focusin', (event) => shown() && light(near(event, '[data-au]')?.dataset.au ?? ''));
  document.addEventListener('focusout', () => shown() && light(''));
  document.addEventListener('click', (event) => {
    const code = near(event, '#demo button[data-au]')?.dataset.au ?? regionAt(event);
    if (code) pin(code);
    else if (pinned && near(event, '#demo')) pin(pinned);
  });

  /* ---- The picture: landmarks on or off, the face or all of it ---- */
  function press(button, on) {
    button.setAttribute('aria-pressed', String(on));
  }

  function view(svg, whole) {
    const to = (whole && svg.dataset.whole ? svg.dataset.whole : svg.dataset.face).split(' ').map(Number);
    const from = svg.getAttribute('viewBox').split(' ').map(Number);
    const start = performance.now();
    const length = calm.matches ? 0 : 240;
    const step = (now) => {
      const t = length ? Math.min(Math.max(now - start, 0) / length, 1) : 1; // a frame may carry an earlier time
      const eased = 1 - (1 - t) ** 3;
      svg.setAttribute('viewBox', from.map((value, i) => value + (to[i] - value) * eased).join(' '));
      if (t < 1) requestAnimationFrame(step);
      else tag(root.dataset.lit ?? '');
    };
    step(start);
    svg.closest('.stage').dataset.view = whole ? 'whole' : 'face';
  }

  /* A new stage starts at the face; the button follows. */
  new MutationObserver(() => {
    const button = document.querySelector('[data-whole][aria-pressed]');
    const stage = document.querySelector('.stage');
    if (!button || !stage) return;
    if (stage.dataset.view !== 'whole' && button.getAttribute('aria-pressed') === 'true') press(button, false);
    const shown = stage.dataset.state === 'ready';
    if (button.disabled === shown) button.disabled = !shown;
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-state', 'data-face'] });

  document.addEventListener('click', (event) => {
    const marks = near(event, 'button[data-landmarks]');
    if (marks) {
      const on = marks.getAttribute('aria-pressed') !== 'true';
      press(marks, on);
      root.dataset.landmarks = on ? 'on' : 'off';
    }
    const whole = near(event, 'button[data-whole]');
    const svg = document.querySelector('.stage svg[data-whole]');
    if (whole && svg) {
      const on = whole.getAttribute('aria-pressed') !== 'true';
      press(whole, on);
      view(svg, on);
    }
  });

  /* ---- A picture from the clipboard, a drop, the webcam: all through the one upload button ---- */
  const chooser = () => document.querySelector('#upload input[type=file], input#upload[type=file], #upload ~ input[type=file], input[type=file][data-testid*=upload]');

  function tooLarge(file) {
    if (file.size <= MAX_MB * 1024 * 1024) return false;
    const detail = { name: file.name, mb: file.size / 1024 / 1024 };
    document.dispatchEvent(new CustomEvent('emola:too-large', { detail }));
    return true;
  }

  function give(file) {
    const input = chooser();
    if (!input || tooLarge(file)) return;
    const parcel = new DataTransfer();
    parcel.items.add(file);
    input.files = parcel.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  }

  document.addEventListener('change', (event) => {
    const file = event.target === chooser() ? event.target.files?.[0] : null;
    if (!file || !tooLarge(file)) return;
    event.stopImmediatePropagation();
    event.target.value = '';
  }, true);
  document.addEventListener('paste', (event) => {
    if (!shown() || near(event, 'input, textarea')) return;
    const file = [...(event.clipboardData?.files ?? [])][0];
    if (file) give(file);
  });
  document.addEventListener('dragover', (event) => {
    if (!shown() || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    root.dataset.dragging = 'yes';
  });
  for (const over of ['dragleave', 'drop', 'dragend']) {
    document.addEventListener(over, (event) => {
      if (over !== 'dragleave' || !event.relatedTarget) delete root.dataset.dragging;
    });
  }
  document.addEventListener('drop', (event) => {
    const file = event.dataTransfer?.files?.[0];
    if (!file || !shown()) return;
    event.preventDefault();
    give(file);
  });
  document.addEventListener('click', (event) => {
    if (near(event, '.stage[data-state=empty], .stage[data-state=failed]') && !regionAt(event)) chooser()?.click();
  });

  async function openWebcam(dialog) {
    const video = dialog.querySelector('video');
    const say = dialog.querySelector('p');
    const shoot = dialog.querySelector('[data-shoot]');
    say.textContent = 'Waiting for the camera. The browser may ask you to allow it.';
    shoot.disabled = true;
    dialog.showModal();
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'user', width: { ideal: 1280 } } });
      say.textContent = '';
      shoot.disabled = false;
    } catch (error) {
      say.textContent = navigator.mediaDevices
        ? 'The camera cannot be used: it was not allowed, or there is none. Upload a picture instead.'
        : 'The browser gives the camera to pages on https or on this computer only. Upload a picture instead.';
    }
  }

  function closeWebcam(dialog) {
    const video = dialog.querySelector('video');
    for (const track of video.srcObject?.getTracks() ?? []) track.stop();
    video.srcObject = null;
  }

  document.addEventListener('click', (event) => {
    const dialog = document.querySelector('dialog.webcam');
    if (near(event, 'button[data-webcam]')) openWebcam(dialog);
    if (near(event, 'dialog.webcam [data-close]')) dialog.close();
    if (near(event, 'dialog.webcam [data-shoot]')) {
      const video = dialog.querySelector('video');
      const canvas = Object.assign(document.createElement('canvas'), { width: video.videoWidth, height: video.videoHeight });
      canvas.getContext('2d').drawImage(video, 0, 0);
      canvas.toBlob((blob) => give(new File([blob], 'webcam.jpg', { type: 'image/jpeg' })), 'image/jpeg', 0.95);
      dialog.close();
    }
  });
  document.addEventListener('close', (event) => {
    if (event.target.matches?.('dialog.webcam')) closeWebcam(event.target);
  }, true);

  /* ---- Keys: Escape puts the light out, the arrows go from bar to bar ---- */
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && shown()) {
      if (pinned) pin(pinned);
      light('');
    }
    const row = near(event, '.bars button, .unit-list button');
    if (row && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      const rows = [...document.querySelectorAll('#answer-side .bars button, #answer-side .unit-list button')].filter((b) => b.offsetParent);
      const next = rows[rows.indexOf(row) + (event.key === 'ArrowDown' ? 1 : -1)];
      if (next) {
        event.preventDefault();
        next.focus();
      }
    }
  });
  addEventListener('resize', () => tag(root.dataset.lit ?? ''));
})();
