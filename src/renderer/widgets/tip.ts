/** A tooltip for what cannot be printed beside the mark: after 300 ms by pointer, at once by keyboard, gone with Esc. */
import type { Attachment } from 'svelte/attachments';

const DELAY_MS = 300;
const GAP = 6;

let shared: HTMLElement | null = null;

/** Shows what `text` gives at the element; nothing while it gives null. */
export function tip(text: () => string | null | undefined): Attachment<HTMLElement> {
  return (element) => {
    let timer: ReturnType<typeof setTimeout> | undefined;

    const show = (): void => {
      const words = text();
      if (!words) return;
      shared ??= makeTip();
      shared.textContent = words;
      if (!shared.matches(':popover-open')) shared.showPopover();
      place(shared, element);
      element.setAttribute('aria-describedby', shared.id);
    };
    const hide = (): void => {
      clearTimeout(timer);
      if (element.getAttribute('aria-describedby') !== shared?.id) return;
      element.removeAttribute('aria-describedby');
      if (shared?.matches(':popover-open') === true) shared.hidePopover();
    };
    const enter = (): void => {
      clearTimeout(timer);
      timer = setTimeout(show, DELAY_MS);
    };
    const focus = (): void => {
      if (element.matches(':focus-visible')) show();
    };
    const key = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') hide();
    };

    element.addEventListener('pointerenter', enter);
    element.addEventListener('pointerleave', hide);
    element.addEventListener('pointerdown', hide);
    element.addEventListener('focus', focus);
    element.addEventListener('blur', hide);
    addEventListener('keydown', key);
    return () => {
      hide();
      element.removeEventListener('pointerenter', enter);
      element.removeEventListener('pointerleave', hide);
      element.removeEventListener('pointerdown', hide);
      element.removeEventListener('focus', focus);
      element.removeEventListener('blur', hide);
      removeEventListener('keydown', key);
    };
  };
}

function makeTip(): HTMLElement {
  const made = document.createElement('div');
  made.id = 'tip';
  made.className = 'tip';
  made.role = 'tooltip';
  made.popover = 'manual';
  document.body.append(made);
  return made;
}

/** Above the element where there is room, else below; always inside the window. */
function place(made: HTMLElement, element: HTMLElement): void {
  const at = element.getBoundingClientRect();
  const size = made.getBoundingClientRect();
  const left = Math.min(
    Math.max(at.left + at.width / 2 - size.width / 2, GAP),
    innerWidth - size.width - GAP,
  );
  const above = at.top - size.height - GAP;
  made.style.left = `${left}px`;
  made.style.top = `${above >= GAP ? above : at.bottom + GAP}px`;
}
