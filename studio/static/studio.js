/* What every tab shares: the settings panel and the switch between light and dark. */
(() => {
  const root = document.documentElement;
  const near = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

  function settings(open) {
    const panel = document.getElementById('settings');
    if (!panel) return;
    root.dataset.settings = open ? 'open' : 'closed';
    const chip = document.querySelector('.chip-model');
    chip?.setAttribute('aria-expanded', String(open));
    if (open) panel.querySelector('button, input, textarea')?.focus();
    else chip?.focus();
  }

  document.addEventListener('click', (event) => {
    const opener = near(event, '[data-opens=settings]');
    if (opener) {
      event.preventDefault();
      settings(root.dataset.settings !== 'open');
    } else if (near(event, '[data-closes=settings]')) settings(false);
  });

  function paint() {
    const chosen = localStorage.getItem('emola-light');
    const dark = chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    document.body.classList.toggle('dark', dark);
    root.style.colorScheme = dark ? 'dark' : 'light';
  }

  document.addEventListener('click', (event) => {
    if (!near(event, '[data-theme-switch]')) return;
    localStorage.setItem('emola-light', document.body.classList.contains('dark') ? 'light' : 'dark');
    paint();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => setTimeout(paint));
  paint();

  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && root.dataset.settings === 'open') settings(false);
  });
})();
