/* When the page is in sight and when it is left: time is counted, faces are asked for and leases end accordingly. */

import { tellDrafts } from './drafts.js';
import { paint } from './top.js';

export function attend(root, desk) {
  const look = () => {
    paint();
    if (!root.offsetParent || document.hidden) desk.sheet?.pause();
    else {
      desk.sheet?.start();
      if (desk.outbox.trouble === 'sign-in') desk.outbox.now();
      if (['empty', 'signed-out'].includes(root.dataset.state)) desk.begin(desk.study, { quiet: true });
    }
  };
  document.addEventListener('visibilitychange', look);
  new IntersectionObserver(look).observe(root);
  addEventListener('pagehide', () => {
    tellDrafts();
    desk.leave();
  });
  addEventListener('pageshow', (event) => { if (event.persisted) desk.begin(); });
  addEventListener('online', () => { if (root.dataset.state === 'offline') desk.begin(desk.study, { quiet: true }); });
}
