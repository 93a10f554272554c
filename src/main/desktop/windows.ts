/** The app's one window, whichever lab it shows: changes between this machine's lab and one elsewhere. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { BrowserWindow, dialog, shell } from 'electron';
import * as v from 'valibot';
import { CHANNELS } from '../../shared/bridge.ts';
import { LabError } from '../../shared/errors.ts';
import { APP_ORIGIN, parseLabAddress, type LabAddress } from './addresses.ts';
import { answer } from './answers.ts';
import { readConnections, rememberConnection } from './connections.ts';
import { openOwnWindow, openRemoteWindow, type WindowFiles } from './lab-window.ts';

/** Two ends of a page within this time are no accident: it is not opened a third time. */
const CRASH_MS = 10_000;

export class Windows {
  readonly #files: WindowFiles & { readonly connections: string };
  readonly #onChange: () => void;
  #window: BrowserWindow | null = null;
  #lab: LabAddress | null = null;
  #crashedAt = -Infinity;

  /** `onChange` is told when the window shows another lab. */
  constructor(files: WindowFiles & { readonly connections: string }, onChange: () => void) {
    this.#files = files;
    this.#onChange = onChange;
  }

  /** The lab elsewhere that is on screen, or null for this machine's. */
  get connectedTo(): LabAddress | null {
    return this.#lab;
  }

  /** Opens this machine's lab where no window is open, and comes to the front where one is. */
  open(): void {
    if (this.#window === null) return this.#take(openOwnWindow(this.#files), null);
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.show();
    this.#window.focus();
  }

  /** Shows a place inside the app, such as "#/runs", in whichever lab is on screen. */
  show(place: string): void {
    this.open();
    const origin = this.#lab?.origin ?? APP_ORIGIN;
    // Only the hash differs: the page stays and reads it. What fails here has left the page as it was.
    this.#window?.loadURL(`${origin}/${place}`).catch(() => undefined);
  }

  /** Tells the page what was chosen in the menu. A lab elsewhere has no ears for it, but shows the same places. */
  command(name: string): void {
    this.open();
    if (this.#lab === null) this.#window?.webContents.send(CHANNELS.command, name);
    else if (name === 'settings') this.show('#/settings');
  }

  /** Shows the lab at an address, or this machine's for null. The window stays as it is where that fails. */
  async connectTo(address: string | null): Promise<void> {
    if (address === null) {
      if (this.#lab !== null) this.#take(openOwnWindow(this.#files), null);
      return;
    }
    const lab = parseLabAddress(address);
    const window = await openRemoteWindow(this.#files, lab);
    this.#take(window, lab);
    try {
      rememberConnection(this.#files.connections, lab.url);
    } catch {
      // A disk that is full or read-only: the lab is on screen all the same.
    }
  }

  /** Asks for an exported run or a folder. Null when the person chose none. */
  async choose(options: Electron.OpenDialogOptions): Promise<string | null> {
    const answered = await (this.#window === null
      ? dialog.showOpenDialog(options)
      : dialog.showOpenDialog(this.#window, options));
    return answered.canceled ? null : (answered.filePaths[0] ?? null);
  }

  /** Out of sight at once, while the lab still puts its things in order. */
  hide(): void {
    for (const window of BrowserWindow.getAllWindows()) window.hide();
  }

  /** Answers what the page may ask of the desktop. */
  setupAnswers(): void {
    const text = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
    const choice = v.object({
      what: v.picklist(['file', 'folder']),
      title: v.pipe(v.string(), v.maxLength(200)),
    });
    answer(CHANNELS.choosePath, choice, ({ what, title }) =>
      this.choose({ title, properties: [what === 'file' ? 'openFile' : 'openDirectory'] }),
    );
    answer(CHANNELS.showFolder, text, (folder) => {
      if (!path.isAbsolute(folder) || !existsSync(folder)) {
        throw new LabError('desktop/no-folder', `"${folder}" is not there any more.`);
      }
      // Shown, never opened: opening would run a program that lies there.
      shell.showItemInFolder(folder);
    });
    answer(CHANNELS.connections, v.undefined(), () => readConnections(this.#files.connections));
    answer(CHANNELS.connectTo, v.nullable(text), (address) => this.connectTo(address));
  }

  /** Puts a window in the place of the one before. */
  #take(window: BrowserWindow, lab: LabAddress | null): void {
    const before = this.#window;
    this.#window = window;
    this.#lab = lab;
    window.on('closed', () => {
      if (this.#window !== window) return;
      this.#window = null;
      this.#lab = null;
    });
    window.webContents.on('render-process-gone', (_event, { reason }) => this.#recover(window, reason));
    // Later: the page in it may wait for the answer to what brought this about.
    if (before !== null) setImmediate(() => before.destroy());
    this.#onChange();
  }

  /** A page that crashed is loaded again: all that it shows is kept elsewhere. */
  #recover(window: BrowserWindow, reason: string): void {
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    const again = performance.now() - this.#crashedAt < CRASH_MS;
    this.#crashedAt = performance.now();
    if (!again) return window.webContents.reload();
    dialog.showErrorBox(
      'The window stopped working',
      `Its page ended twice (${reason}). Runs go on; close the window and open it again.`,
    );
  }
}
