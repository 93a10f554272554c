/** The desktop host in Electron itself: the same way as in the browser, and what only a window of its own has. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, expect, test as base, type ElectronApplication, type Page } from '@playwright/test';
import { makeContext } from '../../scripts/setup/context.mjs';
import { findElectron, hasDisplay } from '../../scripts/setup/electron.mjs';
import { Lab } from './lab.ts';
import { curveMoves, openLab, startRun, stateOf } from './steps.ts';
import { playWholeWay } from './whole-way.ts';

const MAIN = fileURLToPath(new URL('../../out/desktop.mjs', import.meta.url));
const context = makeContext();
const program = findElectron(context);

interface Desktop {
  readonly app: ElectronApplication;
  readonly page: Page;
}

const test = base.extend<{ home: string; launch: () => Promise<Desktop> }>({
  // Playwright reads the fixtures' names from this first parameter.
  // eslint-disable-next-line no-empty-pattern
  home: async ({}, use) => {
    const home = mkdtempSync(join(tmpdir(), 'gradient-lab-desktop-'));
    await use(home);
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  },
  launch: async ({ home }, use) => {
    const launched: ElectronApplication[] = [];
    await use(async () => {
      const app = await _electron.launch({
        executablePath: program ?? '',
        // Root, in containers, has no sandbox; a person's start as root opens the browser instead.
        args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), MAIN],
        env: { ...(process.env as Record<string, string>), GRADIENT_LAB_HOME: home },
      });
      launched.push(app);
      const page = await app.firstWindow();
      await expect(page.getByRole('heading', { name: 'Ten labs' })).toBeVisible();
      return { app, page };
    });
    for (const app of launched) await app.close().catch(() => undefined);
  },
});

test.skip(
  program === undefined,
  'Electron’s runtime is not here: `npm start` fetches it where its server can be reached.',
);
test.skip(!hasDisplay(context), 'There is no display; on Linux, `xvfb-run npm test` gives one.');

/** Utility processes that the app has started, the one that has computed most first. */
function enginePids(app: ElectronApplication): Promise<number[]> {
  return app.evaluate(({ app: main }) =>
    main
      .getAppMetrics()
      .filter(({ name }) => name === 'Gradient Lab engine')
      .sort((a, b) => (b.cpu.cumulativeCPUUsage ?? 0) - (a.cpu.cumulativeCPUUsage ?? 0))
      .map(({ pid }) => pid),
  );
}

test('a student goes the whole way in a window of its own', async ({ launch }) => {
  test.setTimeout(300_000);
  const { app, page } = await launch();
  await playWholeWay(page, async () => (await enginePids(app))[0] ?? 0);
});

test('the page has no power but those it was given', async ({ launch }) => {
  const { app, page } = await launch();
  expect(page.url()).toBe('app://gradient-lab/');
  const found = await page.evaluate(async () => ({
    require: typeof (globalThis as { require?: unknown }).require,
    process: typeof (globalThis as { process?: unknown }).process,
    bridge: Object.keys((globalThis as { gradientLab?: object }).gradientLab ?? {}).sort(),
    opened: window.open('https://example.org/') === null,
    inline: (() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.ran = true';
      document.head.append(script);
      return 'ran' in globalThis;
    })(),
    fetched: await fetch('https://example.org/').then(
      () => 'read',
      () => 'refused',
    ),
    notified: await Notification.requestPermission(),
  }));
  expect(found).toEqual({
    require: 'undefined',
    process: 'undefined',
    bridge: [
      'choosePath',
      'connectTo',
      'connections',
      'onCommand',
      'pathOf',
      'platform',
      'requestPort',
      'showFolder',
    ],
    opened: true,
    inline: false,
    fetched: 'refused',
    notified: 'denied',
  });
  await page.evaluate(() => (location.href = 'http://127.0.0.1:9/'));
  await page.waitForTimeout(500);
  expect(page.url()).toBe('app://gradient-lab/');
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('quitting while a run trains loses nothing, and the window comes back where it was', async ({
  home,
  launch,
}) => {
  const { app, page } = await launch();
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setSize(900, 640));
  await openLab(page, 'Train');
  await page.getByRole('combobox', { name: 'Preset' }).selectOption('Quick look');
  await page.getByRole('textbox', { name: 'Epochs' }).fill('1000');
  await startRun(page, 1);
  await curveMoves(page);
  const pids = await enginePids(app);
  await app.close();
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow();
  const { bounds } = JSON.parse(readFileSync(join(home, 'desktop', 'window.json'), 'utf8')) as {
    bounds: { width: number; height: number };
  };
  expect(bounds).toMatchObject({ width: 900, height: 640 });

  const again = await launch();
  await openLab(again.page, 'Train');
  await expect(stateOf(again.page, 1)).toHaveText('interrupted');
  await again.page.getByRole('button', { name: 'Resume' }).first().click();
  await expect(stateOf(again.page, 1)).toHaveText('running', { timeout: 60_000 });
  await curveMoves(again.page);
});

test('a second start goes to the window that is open', async ({ home, launch }) => {
  const { app } = await launch();
  const second = await _electron
    .launch({
      executablePath: program ?? '',
      args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), MAIN],
      env: { ...(process.env as Record<string, string>), GRADIENT_LAB_HOME: home },
    })
    .then(
      (started) => started.firstWindow({ timeout: 5000 }).then(() => 'a window'),
      () => 'no window',
    )
    .catch(() => 'no window');
  expect(second).toBe('no window');
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('the window shows a lab elsewhere, without its powers, and comes back', async ({ launch }) => {
  const lab = new Lab();
  await lab.start();
  try {
    const { app, page } = await launch();
    await page.goto('app://gradient-lab/#/settings');
    await page.getByRole('textbox', { name: 'Address' }).fill(lab.url);
    const shown = app.waitForEvent('window');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    const remote = await shown;
    await expect(remote.getByRole('heading', { name: 'Ten labs' })).toBeVisible();
    expect(new URL(remote.url()).origin).toBe(new URL(lab.url).origin);
    expect(await remote.evaluate(() => 'gradientLab' in globalThis)).toBe(false);

    const back = app.waitForEvent('window');
    await app.evaluate(({ Menu }) => {
      const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? [];
      items.find(({ label }) => label.startsWith('Leave '))?.click();
    });
    const own = await back;
    await expect(own.getByRole('heading', { name: 'Ten labs' })).toBeVisible();
    expect(own.url()).toBe('app://gradient-lab/');
  } finally {
    await lab.remove();
  }
});
