/** One window of the app: the lab of this machine with its preload, or a lab elsewhere without any powers. */
import { BrowserWindow, nativeTheme, screen, session, type BrowserWindowConstructorOptions } from 'electron';
import { LabError } from '../../shared/errors.ts';
import { APP_ORIGIN, isAddressOf, type LabAddress } from './addresses.ts';
import { allowOnly } from './guards.ts';
import { denyPermissions } from './permissions.ts';
import { fitToScreens, readWindowState, SMALLEST, writeWindowState } from './window-state.ts';

/** What the window is filled with until the page paints: `--bg` of the theme. */
const PAPER = { light: '#eff2f1', dark: '#111314' };
const SAVE_MS = 500;
/** A lab that does not show its page within this time is given up. */
const PATIENCE_MS = 15_000;

export interface WindowFiles {
  readonly preload: string;
  readonly icon: string;
  /** Where the window's place is kept. */
  readonly state: string;
}

/** The window of this machine's lab, at `place` in the app. */
export function openOwnWindow(files: WindowFiles, place = ''): BrowserWindow {
  const window = makeWindow(files, { preload: files.preload }, frame(process.platform));
  window.once('ready-to-show', () => window.show());
  // A page that fails to load shows Chromium's own words; there is no other page to fall back on.
  window.loadURL(`${APP_ORIGIN}/${place}`).catch(() => window.show());
  return window;
}

/** The window of a lab elsewhere. Resolves when it shows the lab; what keeps it from that is a LabError. */
export async function openRemoteWindow(files: WindowFiles, lab: LabAddress): Promise<BrowserWindow> {
  // Kept in memory alone, and apart from our own pages.
  const apart = session.fromPartition('lab-elsewhere');
  denyPermissions(apart, (address) => isAddressOf(lab, address));
  // In the system's own frame: its page does not know that it is not in a browser.
  const window = makeWindow(files, { session: apart }, {});
  const { webContents } = window;
  allowOnly(webContents, (address) => isAddressOf(lab, address));
  window.on('page-title-updated', (event, title) => {
    event.preventDefault();
    window.setTitle(`${lab.name}: ${title}`);
  });
  let status = 0;
  webContents.on('did-navigate', (_event, _url, code) => (status = code));
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('too late')), PATIENCE_MS);
    });
    await Promise.race([window.loadURL(lab.url), late]);
    if (status !== 200) throw refusal(lab, status);
  } catch (error) {
    window.destroy();
    throw error instanceof LabError ? error : unreachable(lab, error);
  } finally {
    clearTimeout(timer);
  }
  window.show();
  return window;
}

function makeWindow(
  files: WindowFiles,
  page: Pick<NonNullable<BrowserWindowConstructorOptions['webPreferences']>, 'preload' | 'session'>,
  titleBar: BrowserWindowConstructorOptions,
): BrowserWindow {
  const screens = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map(({ workArea }) => workArea);
  const { bounds, maximized } = fitToScreens(readWindowState(files.state), screens);
  const window = new BrowserWindow({
    ...bounds,
    ...titleBar,
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    show: false,
    title: 'Gradient Lab',
    icon: files.icon,
    backgroundColor: nativeTheme.shouldUseDarkColors ? PAPER.dark : PAPER.light,
    webPreferences: {
      ...page,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  });
  if (maximized) window.maximize();
  keepState(window, files.state);
  return window;
}

/** Where the top bar holds the system's window buttons; elsewhere the system draws its own frame. */
function frame(platform: NodeJS.Platform): BrowserWindowConstructorOptions {
  if (platform === 'darwin') {
    return { titleBarStyle: 'hiddenInset', trafficLightPosition: { x: 14, y: 13 } };
  }
  if (platform === 'win32') {
    return { titleBarStyle: 'hidden', titleBarOverlay: { height: 39, color: '#00000000' } };
  }
  return {};
}

function keepState(window: BrowserWindow, file: string): void {
  let timer: NodeJS.Timeout | undefined;
  const save = (): void => {
    clearTimeout(timer);
    writeWindowState(file, { bounds: window.getNormalBounds(), maximized: window.isMaximized() });
  };
  const saveSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_MS);
  };
  window.on('resize', saveSoon).on('move', saveSoon).on('maximize', saveSoon).on('unmaximize', saveSoon);
  window.on('close', save);
  window.on('closed', () => clearTimeout(timer));
}

function refusal(lab: LabAddress, status: number): LabError {
  if (status === 401) {
    return new LabError('connect/locked', `The lab at ${lab.name} has another token now.`, {
      hint: 'It was started again: copy the address that it has printed last.',
    });
  }
  return new LabError('connect/not-a-lab', `What answers at ${lab.name} is no lab (status ${status}).`, {
    hint: 'Check the port: the tunnel may lead to another program.',
  });
}

function unreachable(lab: LabAddress, cause: unknown): LabError {
  return new LabError('connect/unreachable', `No lab answers at ${lab.name}.`, {
    hint: 'Check that the lab runs, and that the tunnel to it is open.',
    cause,
  });
}
