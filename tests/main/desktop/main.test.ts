import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startWebHost, type WebHost } from '../../../src/main/web/index.ts';
import { ARRAY_SERIALIZERS } from '../../../src/shared/arrays.ts';
import { CHANNELS } from '../../../src/shared/bridge.ts';
import type { Contract } from '../../../src/shared/contract.ts';
import * as electron from './fake-electron.ts';
import { router } from '../web/helpers.ts';

vi.mock('electron', () => electron);

const home = mkdtempSync(join(tmpdir(), 'gradient-lab-desktop-'));
const OWN = 'app://gradient-lab/';
const { app, BrowserWindow, FakeEvent, FakeFrame, ipcMain } = electron;
type Client = ContractRouterClient<Contract>;

beforeAll(async () => {
  vi.stubEnv('GRADIENT_LAB_HOME', home);
  await import('../../../src/main/desktop/main.ts');
  await vi.waitFor(() => expect(theWindow().shown).toBe(true));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

function theWindow(): electron.BrowserWindow {
  const [window, ...others] = BrowserWindow.getAllWindows();
  if (window === undefined || others.length > 0) throw new Error('Expected one window.');
  return window;
}

/** What a page gets for a question, as its preload would ask. */
function ask(channel: string, input?: unknown, frame = new FakeFrame(OWN)): Promise<unknown> {
  const handler = ipcMain.handlers.get(channel);
  if (handler === undefined) throw new Error(`Nobody answers on "${channel}".`);
  return Promise.resolve(handler({ senderFrame: frame }, input));
}

/** Asks for a port as a page does, and makes a client of it. */
function openPort(): { client: Client; port: MessagePort } {
  const frame = new FakeFrame(OWN);
  ipcMain.emit(CHANNELS.port, { senderFrame: frame });
  const [channel, , ports] = frame.posted[0] as [string, null, [MessagePort]];
  expect(channel).toBe(CHANNELS.port);
  const [port] = ports;
  const link = new RPCLink({ port, customJsonSerializers: ARRAY_SERIALIZERS });
  port.start();
  return { client: createORPCClient(link), port };
}

describe('the desktop app', () => {
  it('opens one window that has no more power than it needs', () => {
    expect(theWindow().options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      preload: expect.stringMatching(/out\/preload\.cjs$/) as string,
    });
    expect(theWindow().webContents.url).toBe(OWN);
    expect(electron.schemes).toEqual([
      {
        scheme: 'app',
        privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
      },
    ]);
    expect(app.paths['userData']).toBe(join(home, 'desktop'));
    expect(electron.boxes).toEqual([]);
  });

  it('gives each page a port to the service, with live events and an engine behind it', async () => {
    const [one, two] = [openPort(), openPort()];
    expect((await one.client.app.status()).home).toBe(home);
    const events = await two.client.app.events();
    expect((await events.next()).value).toMatchObject({ kind: 'status' });
    await one.client.app.changeSettings({ theme: 'dark' });
    await vi.waitFor(async () =>
      expect((await events.next()).value).toMatchObject({ kind: 'settings', settings: { theme: 'dark' } }),
    );
    // An engine as a process of the host's own kind: it answers, and says so as its memory.
    expect((await one.client.labs.list())[0]?.id).toBe('mnist-mlp');
    const [engine] = (await one.client.app.status()).engines;
    expect(engine?.pid).toBeGreaterThan(0);
    one.port.close();
    two.port.close();
  });

  it('outlives a page that sends what is no call', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { client, port } = openPort();
    for (const message of ['no JSON', null, 5, {}, { i: 1, t: 9 }, new Uint8Array([0xff])]) {
      port.postMessage(message);
    }
    expect((await client.app.status()).home).toBe(home);
    expect(said).toHaveBeenCalled();
    said.mockRestore();
    port.close();
  });

  it('hears no page but its own', async () => {
    const foreign = [
      new FakeFrame('https://evil.example/'),
      new FakeFrame('app://gradient-lab.evil/'),
      new FakeFrame('http://127.0.0.1:8080/'),
      new FakeFrame('about:blank'),
      new FakeFrame(OWN, new FakeFrame('https://evil.example/')),
    ];
    for (const frame of foreign) {
      for (const channel of ipcMain.handlers.keys()) {
        await expect(ask(channel, undefined, frame)).rejects.toThrow('A foreign page asked');
      }
      ipcMain.emit(CHANNELS.port, { senderFrame: frame });
      expect(frame.posted).toEqual([]);
    }
    ipcMain.emit(CHANNELS.port, { senderFrame: null });
    expect([...ipcMain.handlers.keys()].sort()).toEqual(
      [CHANNELS.choosePath, CHANNELS.connectTo, CHANNELS.connections, CHANNELS.showFolder].sort(),
    );
  });

  it('checks what its own page asks with, and says what is wrong', async () => {
    expect(await ask(CHANNELS.choosePath, { what: 'file', title: 'Import' })).toEqual({ value: null });
    expect(await ask(CHANNELS.choosePath, { what: 'anything', title: 'x' })).toHaveProperty('problem');
    expect(await ask(CHANNELS.showFolder, home)).toEqual({ value: undefined });
    expect(electron.opened).toEqual([home]);
    for (const path of ['relative', join(home, 'gone'), '', 5, 'x'.repeat(5000)]) {
      expect(await ask(CHANNELS.showFolder, path)).toHaveProperty('problem');
    }
    expect(electron.opened.splice(0)).toEqual([home]);
  });

  it('stays on its page: the web opens in the browser, the rest nowhere', () => {
    const { webContents } = theWindow();
    const goTo = (url: string, isMainFrame = true): boolean => {
      const event = new FakeEvent({ url, isMainFrame });
      webContents.emit('will-frame-navigate', event);
      return !event.prevented;
    };
    expect(goTo(`${OWN}#/runs`)).toBe(true);
    expect(goTo(OWN, false)).toBe(false);
    expect(goTo('https://arxiv.org/abs/1')).toBe(false);
    expect(goTo('https://evil.example/', false)).toBe(false);
    expect(goTo('file:///etc/passwd')).toBe(false);
    expect(goTo('http://127.0.0.1:8080/')).toBe(false);
    expect(webContents.openHandler({ url: 'https://example.org/' })).toEqual({ action: 'deny' });
    expect(webContents.openHandler({ url: 'smb://server/share' })).toEqual({ action: 'deny' });
    expect(electron.opened.splice(0)).toEqual(['https://arxiv.org/abs/1', 'https://example.org/']);
    const webview = new FakeEvent();
    webContents.emit('will-attach-webview', webview);
    expect(webview.prevented).toBe(true);
  });

  it('grants its page the clipboard, and nothing to anyone else', () => {
    const { check, request, device } = electron.session.defaultSession;
    const asked = (permission: string, requestingUrl: string): unknown => {
      let granted: unknown;
      request(null, permission, (answer: unknown) => (granted = answer), { requestingUrl });
      expect(check(null, permission, requestingUrl)).toBe(granted);
      return granted;
    };
    expect(asked('clipboard-sanitized-write', OWN)).toBe(true);
    expect(asked('clipboard-sanitized-write', 'https://evil.example/')).toBe(false);
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal']) {
      expect(asked(permission, OWN)).toBe(false);
    }
    expect(device()).toBe(false);
  });

  it('says why a file cannot be opened, and opens none of another kind', async () => {
    const file = join(home, 'not-a-run.gradient-lab.json');
    writeFileSync(file, '{"no": "run"}');
    app.emit('open-file', new FakeEvent(), file);
    await vi.waitFor(() => expect(electron.boxes).toHaveLength(1));
    expect(electron.boxes.splice(0)).toMatchObject([
      { type: 'error', message: 'The run could not be opened', detail: expect.any(String) as string },
    ]);
    app.emit('second-instance', new FakeEvent(), ['electron', 'desktop.mjs', '/etc/passwd'], home);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(electron.boxes).toEqual([]);
  });

  it('loads a page that crashed again, and not for ever', () => {
    const window = theWindow();
    window.webContents.emit('render-process-gone', new FakeEvent(), { reason: 'crashed' });
    expect(window.webContents.reloads).toBe(1);
    window.webContents.emit('render-process-gone', new FakeEvent(), { reason: 'oom' });
    expect(window.webContents.reloads).toBe(1);
    expect(electron.boxes.splice(0)).toHaveLength(1);
  });
});

describe('a lab elsewhere', () => {
  let host: WebHost;
  beforeAll(async () => {
    host = await startWebHost({ service: { router }, port: 0, openFrom: null });
  });
  afterAll(() => host.close());

  it('that does not answer leaves the window as it is, and says what to do', async () => {
    const before = theWindow();
    const wrong = `${host.url.slice(0, -1)}${host.url.endsWith('A') ? 'B' : 'A'}`;
    expect(await ask(CHANNELS.connectTo, wrong)).toMatchObject({ problem: { code: 'connect/locked' } });
    const nobody = host.url.replace(/:\d+/, ':9');
    expect(await ask(CHANNELS.connectTo, nobody)).toMatchObject({ problem: { code: 'connect/unreachable' } });
    expect(await ask(CHANNELS.connectTo, 'http://gpu:1/')).toMatchObject({
      problem: { code: 'connect/not-loopback', hint: expect.stringContaining('ssh -L') as string },
    });
    expect(theWindow()).toBe(before);
    expect(await ask(CHANNELS.connections)).toEqual({ value: [] });
  });

  it('is shown without any power, and the menu leads back', async () => {
    const before = theWindow();
    const { origin, host: name } = new URL(host.url);
    expect(await ask(CHANNELS.connectTo, host.url)).toEqual({ value: undefined });
    await vi.waitFor(() => expect(before.isDestroyed()).toBe(true));
    const window = theWindow();
    const { preload, session, ...rest } = window.options.webPreferences;
    expect(preload).toBeUndefined();
    expect(session).toBe(electron.session.fromPartition('lab-elsewhere'));
    expect(rest).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false });
    window.emit('page-title-updated', new FakeEvent(), 'Runs');
    expect(window.title).toBe(`${name}: Runs`);

    const event = (url: string) => new FakeEvent({ url, isMainFrame: true });
    const [own, local, other] = [event(`${origin}/#/runs`), event(OWN), event('http://127.0.0.1:1/')];
    for (const each of [own, local, other]) window.webContents.emit('will-frame-navigate', each);
    expect([own.prevented, local.prevented, other.prevented]).toEqual([false, true, true]);
    const redirect = new FakeEvent({ url: 'https://evil.example/' });
    window.webContents.emit('will-redirect', redirect);
    expect(redirect.prevented).toBe(true);

    expect(await ask(CHANNELS.connections)).toEqual({ value: [host.url] });
    const items = electron.menus.at(-1)?.flatMap(({ submenu }) => submenu as electron.MenuItem[]) ?? [];
    items.find(({ label }) => label === `Leave ${name} for this machine’s lab`)?.click?.();
    await vi.waitFor(() => expect(theWindow().webContents.url).toBe(OWN));
  });
});

describe('quitting', () => {
  it('waits until the lab has put its things in order, and keeps the window’s place', async () => {
    const { client, port } = openPort();
    const pids = (await client.app.status()).engines.map(({ pid }) => pid);
    expect(pids.length).toBeGreaterThan(0);
    const window = theWindow();
    window.close();
    expect(app.quitted).toBe(false);
    await vi.waitFor(() => expect(app.quitted).toBe(true), { timeout: 30_000 });
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow();
    expect(JSON.parse(readFileSync(join(home, 'desktop', 'window.json'), 'utf8'))).toEqual({
      bounds: { x: 10, y: 20, width: 900, height: 700 },
      maximized: false,
    });
    // Closed in order, SQLite's log is folded into its file.
    expect(existsSync(join(home, 'history.sqlite-wal'))).toBe(false);
    port.close();
  });
});
