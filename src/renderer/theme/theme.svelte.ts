/** Light or dark, and how dense: from the person's settings, resolved with the system's own wish, and kept for the next first paint. */
import { live } from '../state/live.svelte.ts';
import { resolveTheme, type Theme } from './resolve.ts';

/** What public/theme.js reads before the first paint. */
const KEPT_AS = 'gradient-lab:look';

class SystemTheme {
  readonly #query = matchMedia('(prefers-color-scheme: dark)');
  dark = $state(this.#query.matches);

  constructor() {
    this.#query.addEventListener('change', (event) => (this.dark = event.matches));
  }
}

const system = new SystemTheme();

/** The theme that is on screen. */
export function currentTheme(): Theme {
  return resolveTheme(live.settings.theme, system.dark);
}

/** Keeps the page's look as the settings say; to be called once, by the app. */
export function setupTheme(): void {
  $effect(() => {
    // Until the service has said so, what was kept from the last time stands.
    if (!live.settingsKnown) return;
    const { theme, density } = live.settings;
    const { dataset } = document.documentElement;
    dataset['theme'] = currentTheme();
    dataset['density'] = density;
    try {
      localStorage.setItem(KEPT_AS, JSON.stringify({ theme, density }));
    } catch {
      // Storage is blocked: then the next first paint follows the system.
    }
  });
}
