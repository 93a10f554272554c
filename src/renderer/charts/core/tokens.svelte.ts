/** The theme's colours for canvases and exports: read from the tokens, and again when the theme changes. */
import { createSubscriber } from 'svelte/reactivity';

let values: Record<string, string> = {};

const follow = createSubscriber((update) => {
  const changed = (): void => {
    values = {};
    update();
  };
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  const contrast = matchMedia('(prefers-contrast: more)');
  contrast.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    contrast.removeEventListener('change', changed);
    values = {};
  };
});

/** The value of a token such as "--run-1"; an effect or a derived value that asks is run again when the theme changes. */
export function token(name: string): string {
  follow();
  return (values[name] ??= getComputedStyle(document.documentElement).getPropertyValue(name).trim());
}

/** A token that is a number: "--env-alpha". */
export function tokenNumber(name: string): number {
  return Number(token(name));
}
