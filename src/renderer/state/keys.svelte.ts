/** Keyboard shortcuts, registered by the component that acts on them, for as long as it is on the page. */
import { untrack } from 'svelte';
import { fits, isSingleKey, parseKeys, pressOf, type Press } from './key-names.ts';
import { live } from './live.svelte.ts';

export interface ShortcutOptions {
  /** Heading under which the list of keys shows it. */
  readonly group?: string;
  /** Not offered, and not acted on, while this is false. */
  readonly when?: () => boolean;
  /** Acts while a dialog is open, too. */
  readonly inDialog?: boolean;
  /** Works, but is not listed: another entry names it. */
  readonly hidden?: boolean;
  /** One word or two: then the foot of the window names it while the view is open. */
  readonly hint?: string;
}

export interface Shortcut {
  readonly keys: string;
  readonly label: string;
  readonly group: string;
  readonly presses: readonly Press[];
  /** Without an event when it was chosen from the palette. Returning false leaves the key to whoever is next. */
  readonly handler: (event: KeyboardEvent | null) => unknown;
  readonly options: ShortcutOptions;
}

/** After this long without its second key, a sequence such as "G R" is forgotten. */
const SEQUENCE_MS = 1200;

class Shortcuts {
  list: readonly Shortcut[] = $state.raw([]);
  #pending: Press[] = [];
  #pendingUntil = 0;

  /** For use in effects: what registers a key does not depend on the keys there are. */
  add(shortcut: Shortcut): () => void {
    this.list = [...untrack(() => this.list), shortcut];
    return () => {
      this.list = untrack(() => this.list).filter((each) => each !== shortcut);
    };
  }

  /** Those that would act now and are to be listed. */
  get offered(): readonly Shortcut[] {
    return this.list.filter((each) => each.options.hidden !== true && (each.options.when?.() ?? true));
  }

  press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || isModifier(event.key)) return;
    const press = pressOf(event);
    const single = isSingleKey(press);
    if (single && (!live.settings.singleKeys || isTextField(event.target))) return;

    const now = performance.now();
    const before = now < this.#pendingUntil ? this.#pending : [];
    const dialog = document.querySelector('dialog[open]') !== null;
    const usable = this.list.filter(
      (each) => (each.options.when?.() ?? true) && (!dialog || each.options.inDialog === true),
    );

    for (const pressed of before.length > 0 ? [[...before, press], [press]] : [[press]]) {
      const begun = usable.filter((each) => startsWith(each.presses, pressed));
      const whole = begun.filter((each) => each.presses.length === pressed.length).reverse();
      // The newest that takes the key gets it: a view's own key goes before the app's.
      for (const shortcut of whole) {
        if (shortcut.handler(event) === false) continue;
        this.#pending = [];
        event.preventDefault();
        return;
      }
      if (begun.length > whole.length) {
        this.#pending = pressed;
        this.#pendingUntil = now + SEQUENCE_MS;
        return;
      }
    }
    this.#pending = [];
  }
}

export const shortcuts = new Shortcuts();

/** Registers a key for the life of the component that calls it: "Ctrl K", "P", "G R"; '' for a command without a key. */
export function shortcut(
  keys: string,
  label: string,
  handler: (event: KeyboardEvent | null) => unknown,
  options: ShortcutOptions = {},
): void {
  $effect(() =>
    shortcuts.add({
      keys,
      label,
      group: options.group ?? 'Here',
      presses: parseKeys(keys),
      handler,
      options,
    }),
  );
}

function startsWith(wanted: readonly Press[], pressed: readonly Press[]): boolean {
  return (
    wanted.length >= pressed.length && pressed.every((press, index) => fits(wanted[index] as Press, press))
  );
}

function isModifier(key: string): boolean {
  return key === 'Control' || key === 'Shift' || key === 'Alt' || key === 'Meta' || key === 'AltGraph';
}

function isTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return true;
  return (
    target instanceof HTMLInputElement &&
    !['checkbox', 'radio', 'range', 'button', 'submit', 'file', 'color'].includes(target.type)
  );
}
