/** One line and one action at the bottom right, for what was done. Errors are never toasts: they stand where they happened. */
import { live } from './live.svelte.ts';

export interface ToastAction {
  readonly label: string;
  readonly run: () => void | Promise<void>;
}

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly action: ToastAction | null;
}

/** More than these at once would hide the page; the oldest goes. */
const MOST = 3;

class Toasts {
  list: readonly Toast[] = $state.raw([]);
  #next = 1;

  add(text: string, action: ToastAction | null): void {
    this.list = [...this.list, { id: this.#next++, text, action }].slice(-MOST);
    live.note(text);
  }

  remove(id: number): void {
    this.list = this.list.filter((each) => each.id !== id);
  }
}

export const toasts = new Toasts();

/** Says what was done, with the way to take it back. It is also in the log. */
export function toast(text: string, action: ToastAction | null = null): void {
  toasts.add(text, action);
}
