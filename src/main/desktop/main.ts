/** Entry of the desktop app: one window over the lab service, which lives in this process. */
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { app, dialog, Menu, session } from 'electron';
import { messageOf } from '../../shared/errors.ts';
import { homeFolder } from '../../shared/home.ts';
import { RUN_FILE_ENDING } from '../../shared/run-files.ts';
import { packageFolder, packageVersion } from '../package-folder.ts';
import { rendererFolder, requireRenderer } from '../renderer-files/index.ts';
import { createService, type LabService } from '../service/index.ts';
import { isAppAddress } from './addresses.ts';
import { startEngineProcess } from './engine-process.ts';
import { setupGuards } from './guards.ts';
import { showLicences } from './licences-window.ts';
import { menuTemplate } from './menu-template.ts';
import { setupFiles, type FileTarget } from './open-files.ts';
import { denyPermissions } from './permissions.ts';
import { setupPorts } from './ports.ts';
import { registerScheme, serveFiles } from './protocol.ts';
import { setupQuit } from './quit.ts';
import { Windows } from './windows.ts';

const home = homeFolder({ env: process.env, platform: process.platform, userHome: homedir() });
const root = packageFolder();
const version = packageVersion();

// Before anything asks for it, the lock of the single instance above all: there is one app for each home.
app.setName('Gradient Lab');
const userData = join(home, 'desktop');
try {
  mkdirSync(userData, { recursive: true });
  app.setPath('userData', userData);
} catch {
  // A home that cannot be made: the window's own things go to the system's place, and the service says what is wrong.
}
registerScheme();

if (app.requestSingleInstanceLock()) start();
else app.quit();

function start(): void {
  const service = createService({ home, version, spawnEngine: startEngineProcess });
  const windows: Windows = new Windows(
    {
      preload: join(root, 'out', 'preload.cjs'),
      icon: join(root, 'resources', 'icons', 'icon.png'),
      state: join(userData, 'window.json'),
      connections: join(userData, 'connections.json'),
    },
    () => setMenu(),
  );
  setupGuards();
  setupPorts(service);
  windows.setupAnswers();
  const files = setupFiles(Promise.all([service, app.whenReady()]).then(([ready]) => makeTarget(ready)));
  setupQuit(service, () => windows.hide());
  app.on('activate', () => windows.open());

  service.catch((error: unknown) => giveUp(error));
  app.whenReady().then(open).catch(giveUp);

  function open(): void {
    requireRenderer(rendererFolder());
    serveFiles(session.defaultSession, rendererFolder());
    denyPermissions(session.defaultSession, isAppAddress);
    app.setAboutPanelOptions({
      applicationName: 'Gradient Lab',
      applicationVersion: version,
      version: '',
      copyright: 'Apache License 2.0. The licences of all parts are under Help.',
      iconPath: join(root, 'resources', 'icons', 'icon.png'),
    });
    windows.open();
  }

  function setMenu(): void {
    const template = menuTemplate(
      {
        command: (name) => windows.command(name),
        show: (place) => windows.show(place),
        openRun: () => void chooseRun(),
        goBack: () => void windows.connectTo(null),
        showLicences,
      },
      {
        platform: process.platform,
        connectedTo: windows.connectedTo?.name ?? null,
        developer: !app.isPackaged,
      },
    );
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  }

  async function chooseRun(): Promise<void> {
    const file = await windows.choose({
      title: 'Open an exported run',
      properties: ['openFile'],
      filters: [{ name: 'Exported runs', extensions: [RUN_FILE_ENDING.slice(1)] }],
    });
    if (file !== null) files.open(file);
  }

  function makeTarget({ router }: LabService): FileTarget {
    const client = createRouterClient(router);
    return {
      importRun: async (path) => (await client.runs.import({ path })).number,
      show: (run) => {
        if (run === null) windows.open();
        else void windows.connectTo(null).then(() => windows.show(`#/runs/${run}`));
      },
    };
  }
}

/** Without a service or a page there is nothing to show but why. */
function giveUp(error: unknown): void {
  dialog.showErrorBox('Gradient Lab cannot start', messageOf(error));
  app.exit(1);
}
