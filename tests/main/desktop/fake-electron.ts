/**
 * Electron's main process as far as the desktop host uses it, on plain Node: what is asked of it is kept and can be looked at,
 * pages are requests without a browser, and utility processes are Node's own children.
 *
 * It shows that the host's parts fit together and hold their rules. It shows nothing about Electron itself.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';

/** An event that can be prevented, as Electron's are. */
export class FakeEvent {
  prevented = false;
  [key: string]: unknown;
  constructor(fields: Readonly<Record<string, unknown>> = {}) {
    Object.assign(this, fields);
  }
  preventDefault(): void {
    this.prevented = true;
  }
}

class FakeApp extends EventEmitter {
  readonly isPackaged = false;
  readonly paths: Record<string, string> = {};
  quitted = false;
  exitCode: number | undefined;
  setName(): void {}
  setPath(name: string, path: string): void {
    this.paths[name] = path;
  }
  requestSingleInstanceLock(): boolean {
    return true;
  }
  whenReady(): Promise<void> {
    return Promise.resolve();
  }
  setAboutPanelOptions(): void {}
  quit(): void {
    const event = new FakeEvent();
    this.emit('before-quit', event);
    this.quitted = !event.prevented;
  }
  exit(code: number): void {
    this.exitCode = code;
  }
}
export const app = new FakeApp();

type Handler = (...args: readonly unknown[]) => unknown;

class FakeSession {
  readonly schemes = new Map<string, (request: Request) => Promise<Response>>();
  request: Handler = () => undefined;
  check: Handler = () => true;
  device: Handler = () => true;
  readonly protocol = {
    handle: (scheme: string, handler: (request: Request) => Promise<Response>) =>
      this.schemes.set(scheme, handler),
  };
  setPermissionRequestHandler(handler: Handler): void {
    this.request = handler;
  }
  setPermissionCheckHandler(handler: Handler): void {
    this.check = handler;
  }
  setDevicePermissionHandler(handler: Handler): void {
    this.device = handler;
  }
}
const partitions = new Map<string, FakeSession>();
export const session = {
  defaultSession: new FakeSession(),
  fromPartition(name: string): FakeSession {
    const found = partitions.get(name) ?? new FakeSession();
    partitions.set(name, found);
    return found;
  },
};

export class FakeContents extends EventEmitter {
  url = '';
  reloads = 0;
  readonly sent: unknown[][] = [];
  openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' });
  setWindowOpenHandler(handler: FakeContents['openHandler']): void {
    this.openHandler = handler;
  }
  send(...message: unknown[]): void {
    this.sent.push(message);
  }
  reload(): void {
    this.reloads += 1;
  }
}

export class BrowserWindow extends EventEmitter {
  static readonly all = new Set<BrowserWindow>();
  static getAllWindows(): BrowserWindow[] {
    return [...BrowserWindow.all];
  }
  readonly options: Record<string, unknown> & { webPreferences: Record<string, unknown> };
  readonly webContents = new FakeContents();
  shown = false;
  title = '';

  constructor(options: BrowserWindow['options']) {
    super();
    this.options = options;
    BrowserWindow.all.add(this);
    app.emit('web-contents-created', new FakeEvent(), this.webContents);
  }

  /** Follows one redirect with its cookie, and tells the status, as a browser would. */
  async loadURL(url: string): Promise<void> {
    this.webContents.url = url;
    if (url.startsWith('app:')) {
      const answer = await session.defaultSession.schemes.get('app')?.(new Request(url));
      if (answer?.status !== 200) throw new Error('ERR_FAILED');
      this.emit('ready-to-show');
      return;
    }
    let answer = await fetch(url, { redirect: 'manual' });
    if (answer.status === 303) {
      const Cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
      answer = await fetch(new URL('/', url), { headers: { Cookie } });
    }
    this.webContents.emit('did-navigate', new FakeEvent(), url, answer.status);
  }
  show(): void {
    this.shown = true;
  }
  hide(): void {
    this.shown = false;
  }
  focus(): void {}
  maximize(): void {}
  isMinimized = (): boolean => false;
  isMaximized = (): boolean => false;
  isDestroyed = (): boolean => !BrowserWindow.all.has(this);
  getNormalBounds = () => ({ x: 10, y: 20, width: 900, height: 700 });
  setTitle(title: string): void {
    this.title = title;
  }
  close(): void {
    this.emit('close');
    this.destroy();
  }
  destroy(): void {
    if (!BrowserWindow.all.delete(this)) return;
    this.emit('closed');
    if (BrowserWindow.all.size === 0) app.emit('window-all-closed');
  }
}

class FakePort extends EventEmitter {
  readonly port: MessagePort;
  constructor(port: MessagePort) {
    super();
    this.port = port;
    port.on('close', () => this.emit('close'));
  }
  postMessage(data: unknown): void {
    this.port.postMessage(data);
  }
  /** Until then messages wait; Node's own ports start with their first listener. */
  start(): void {
    this.port.on('message', (data: unknown) => this.emit('message', { data }));
  }
  close(): void {
    this.port.close();
  }
}
export class MessageChannelMain {
  readonly port1: FakePort;
  /** Electron hands this one to the page, where it is the browser's own kind of port. */
  readonly port2: MessagePort;
  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = new FakePort(port1);
    this.port2 = port2;
  }
}

class FakeUtilityProcess extends EventEmitter {
  readonly child: ChildProcess;
  constructor(child: ChildProcess) {
    super();
    this.child = child;
    child.on('message', (message) => this.emit('message', message));
    child.on('exit', (code) => this.emit('exit', code));
  }
  get pid(): number | undefined {
    return this.child.pid;
  }
  get stdout() {
    return this.child.stdout;
  }
  get stderr() {
    return this.child.stderr;
  }
  postMessage(message: object): void {
    if (this.child.connected) this.child.send(message);
  }
  kill(): boolean {
    return this.child.kill('SIGTERM');
  }
}
export const utilityProcess = {
  fork: (file: string, args: readonly string[], options: { env: NodeJS.ProcessEnv; execArgv: string[] }) =>
    new FakeUtilityProcess(
      fork(file, args, {
        env: options.env,
        execArgv: options.execArgv,
        serialization: 'advanced',
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      }),
    ),
};

class FakeIpc extends EventEmitter {
  readonly handlers = new Map<string, Handler>();
  handle(channel: string, handler: Handler): void {
    this.handlers.set(channel, handler);
  }
}
export const ipcMain = new FakeIpc();

/** A page's frame as the sender of a message; what main posts to it is kept. */
export class FakeFrame {
  readonly url: string;
  readonly parent: FakeFrame | null;
  readonly posted: unknown[][] = [];
  constructor(url: string, parent: FakeFrame | null = null) {
    this.url = url;
    this.parent = parent;
  }
  postMessage(...message: unknown[]): void {
    this.posted.push(message);
  }
}

export const opened: string[] = [];
export const shell = {
  openExternal: (url: string) => {
    opened.push(url);
    return Promise.resolve();
  },
  showItemInFolder: (path: string) => void opened.push(path),
};

export const boxes: unknown[] = [];
export const dialog = {
  showErrorBox: (...box: unknown[]) => void boxes.push(box),
  showMessageBox: (box: unknown) => {
    boxes.push(box);
    return Promise.resolve({ response: 0 });
  },
  showOpenDialog: () => Promise.resolve({ canceled: true, filePaths: [] }),
};

export const menus: { label?: string; role?: string; submenu?: unknown }[][] = [];
export const Menu = {
  buildFromTemplate: <T>(template: T): T => template,
  setApplicationMenu: (menu: (typeof menus)[number]) => void menus.push(menu),
};

export const schemes: unknown[] = [];
export const protocol = {
  registerSchemesAsPrivileged: (list: readonly unknown[]) => void schemes.push(...list),
};
export const screen = {
  getPrimaryDisplay: () => ({ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }),
  getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
};
export const nativeTheme = { shouldUseDarkColors: false };

export interface MenuItem {
  readonly label?: string;
  readonly click?: () => void;
}
