/* Gives the top line the longest form for which there is room: data-fit on the root goes from 0 (everything in words,
   beside the tabs) over 6 (tabs in a line of their own) to 7 (three lines). What each leaves out: top.css. */

const root = document.documentElement;
const LEAST = 14; // px between the tabs and what is right of them
const OWN_LINE = 6;
const NARROWEST = 7;

function fits(level) {
  const left = level < OWN_LINE ? '#tabs > .tab-wrapper [role=tablist] button' : '#top .brand';
  const ends = [...document.querySelectorAll(left)].filter(isShown).map((one) => one.getBoundingClientRect().right);
  const first = [...document.querySelectorAll('#top .chip')].find(isShown);
  return !first || !ends.length || first.getBoundingClientRect().left - Math.max(...ends) >= LEAST;
}

const isShown = (one) => one.offsetWidth > 0;

/* What the room depends on. Measuring lays the page out several times, which a number that counts up is not worth. */
function shape() {
  const words = [...document.querySelectorAll('#top .chip, #tabs > .tab-wrapper [role=tablist] button')];
  return [root.clientWidth, root.dataset.role, ...words.map((one) => one.textContent.length)].join();
}

let asked = false;
let measured = '';
function fit() {
  asked = false;
  const now = shape();
  if (now === measured) return;
  measured = now;
  for (let level = 0; level <= NARROWEST; level += 1) {
    root.dataset.fit = level;
    if (level === NARROWEST || fits(level)) return;
  }
}

function soon() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(fit);
}

new ResizeObserver(soon).observe(root);
const changes = new MutationObserver((records) => {
  if (records.some(({ target }) => target.parentElement?.closest('#top, #tabs > .tab-wrapper') || target.id === 'top')) soon();
});
changes.observe(document.body, { childList: true, subtree: true, characterData: true });
