/* global document, localStorage, matchMedia */
/* Runs before anything is drawn, so that a dark window never flashes white. The app puts the person's choice here
   (theme/theme.svelte.ts) and takes over as soon as it runs. */
(() => {
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem('gradient-lab:look') ?? '{}');
  } catch {
    // Storage is blocked, or holds something else: the system's own theme is right.
  }
  const dark =
    kept.theme === 'dark' || (kept.theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  document.documentElement.dataset.density = kept.density === 'comfortable' ? 'comfortable' : 'compact';
})();
