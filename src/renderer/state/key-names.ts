/** Keys as people read them, "Ctrl K", "G R", "Alt 1", "?", and the presses that they are. */

/** A press without its modifiers' sides: what is compared. */
export interface Press {
  /** As in KeyboardEvent.key, letters in lower case. */
  readonly key: string;
  /** Ctrl, or Cmd on a Mac. */
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
}

const NAMED: Readonly<Record<string, string>> = {
  esc: 'escape',
  del: 'delete',
  space: ' ',
  up: 'arrowup',
  down: 'arrowdown',
  left: 'arrowleft',
  right: 'arrowright',
};

/** "G R" is two presses, "Ctrl Shift K" is one. */
export function parseKeys(keys: string): readonly Press[] {
  const presses: Press[] = [];
  let modifiers = { ctrl: false, alt: false, shift: false };
  for (const word of keys.split(' ').filter((part) => part !== '')) {
    const name = word.toLowerCase();
    if (name === 'ctrl' || name === 'alt' || name === 'shift') {
      modifiers = { ...modifiers, [name]: true };
    } else {
      presses.push({ key: NAMED[name] ?? name, ...modifiers });
      modifiers = { ctrl: false, alt: false, shift: false };
    }
  }
  return presses;
}

/** What of a keyboard event counts. */
export function pressOf(event: {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}): Press {
  // With Alt some layouts write another character: the digit keys are told by their place.
  const digit = event.altKey ? /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1] : undefined;
  return {
    key: digit ?? event.key.toLowerCase(),
    ctrl: event.ctrlKey || event.metaKey,
    alt: event.altKey,
    shift: event.shiftKey,
  };
}

/** Whether a press is the wanted one. Shift is part of a character such as "?", so it counts only for letters and named keys. */
export function fits(wanted: Press, press: Press): boolean {
  const shiftCounts = wanted.key.length > 1 || /[a-z]/.test(wanted.key) || wanted.key === ' ';
  return (
    wanted.key === press.key &&
    wanted.ctrl === press.ctrl &&
    wanted.alt === press.alt &&
    (!shiftCounts || wanted.shift === press.shift)
  );
}

/** A key that also writes a character: not for text fields, and a person can turn these off. */
export function isSingleKey(press: Press): boolean {
  return press.key.length === 1 && !press.ctrl && !press.alt;
}
