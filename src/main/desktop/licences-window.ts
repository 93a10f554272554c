/** A window with the licences of everything that the app consists of: plain text, without any powers. */
import { BrowserWindow } from 'electron';
import { APP_ORIGIN } from './addresses.ts';

let open: BrowserWindow | undefined;

export function showLicences(): void {
  if (open !== undefined) return open.focus();
  const window = new BrowserWindow({
    width: 760,
    height: 800,
    title: 'Licences',
    autoHideMenuBar: true,
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, javascript: false },
  });
  open = window;
  window.on('closed', () => (open = undefined));
  window.loadURL(`${APP_ORIGIN}/licences.txt`).catch(() => window.close());
}
