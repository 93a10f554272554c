/** Rules for every page in every window: it stays where it is, opens no windows, and embeds nothing. */
import { app, shell, type WebContents } from 'electron';
import { isAppAddress, isWebLink } from './addresses.ts';

/** The addresses that a page may go to beside the app's own; a window of a lab elsewhere sets its own. */
const homes = new WeakMap<WebContents, (address: string) => boolean>();

/** Allows the pages of one lab in this window, instead of the app's own. */
export function allowOnly(contents: WebContents, isOwn: (address: string) => boolean): void {
  homes.set(contents, isOwn);
}

/** Call before the first window. */
export function setupGuards(): void {
  app.on('web-contents-created', (_event, contents) => {
    const isOwn = (address: string): boolean => (homes.get(contents) ?? isAppAddress)(address);
    contents.on('will-frame-navigate', (event) => {
      if (event.isMainFrame && isOwn(event.url)) return;
      event.preventDefault();
      if (event.isMainFrame) openOutside(event.url);
    });
    contents.on('will-redirect', (event) => {
      if (!isOwn(event.url)) event.preventDefault();
    });
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      openOutside(url);
      return { action: 'deny' };
    });
  });
}

/** A link to the web goes to the system's browser; everything else goes nowhere. */
function openOutside(address: string): void {
  // What fails here (no browser) has nobody to be told to: the page stays as it is.
  if (isWebLink(address)) shell.openExternal(new URL(address).href).catch(() => undefined);
}
