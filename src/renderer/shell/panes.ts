/** F6 goes round the panes of the window: the elements that say `data-pane`. */

const FOCUSABLE = 'a[href], button, input, select, textarea, [tabindex="0"]';

/** Moves the focus to the next pane that is on screen, or to the one before. */
export function focusNextPane(backwards = false): void {
  const panes = visible([...document.querySelectorAll<HTMLElement>('[data-pane]')]);
  if (panes.length === 0) return;
  // The innermost that holds the focus: panes may lie in each other.
  const at = panes.findLastIndex((pane) => pane.contains(document.activeElement));
  const step = backwards ? -1 : 1;
  const next = panes[at === -1 ? 0 : (at + step + panes.length) % panes.length];
  if (next === undefined) return;
  const [target] = visible([...next.querySelectorAll<HTMLElement>(FOCUSABLE)]);
  if (target === undefined) next.tabIndex = -1;
  (target ?? next).focus();
}

function visible(elements: readonly HTMLElement[]): readonly HTMLElement[] {
  return elements.filter((element) => element.checkVisibility());
}
