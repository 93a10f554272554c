/** The menu bar, as plain data: what stands where, with which keys, and what it does. */
import type { MenuItemConstructorOptions } from 'electron';

export interface MenuActions {
  /** Tells the page, by name: see `Host.onCommand`. */
  command(name: string): void;
  /** Shows a place inside the app, such as "#/runs". */
  show(place: string): void;
  openRun(): void;
  /** Back from a lab elsewhere to this machine's. */
  goBack(): void;
  showLicences(): void;
}

export interface MenuState {
  readonly platform: NodeJS.Platform;
  /** The name of the lab elsewhere that the window shows, or null. */
  readonly connectedTo: string | null;
  /** A build for developers shows their tools. */
  readonly developer: boolean;
}

export function menuTemplate(actions: MenuActions, state: MenuState): MenuItemConstructorOptions[] {
  const mac = state.platform === 'darwin';
  return [
    ...(mac ? [appMenu(actions)] : []),
    fileMenu(actions, state, mac),
    { role: 'editMenu' },
    viewMenu(actions, state),
    goMenu(actions),
    { role: 'windowMenu' },
    helpMenu(actions, mac),
  ];
}

const SEPARATOR: MenuItemConstructorOptions = { type: 'separator' };

function appMenu(actions: MenuActions): MenuItemConstructorOptions {
  return {
    role: 'appMenu',
    submenu: [
      { role: 'about' },
      SEPARATOR,
      settingsItem(actions),
      SEPARATOR,
      { role: 'services' },
      SEPARATOR,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      SEPARATOR,
      { role: 'quit' },
    ],
  };
}

function settingsItem(actions: MenuActions): MenuItemConstructorOptions {
  return { label: 'Settings', accelerator: 'CmdOrCtrl+,', click: () => actions.command('settings') };
}

function fileMenu(
  actions: MenuActions,
  { connectedTo }: MenuState,
  mac: boolean,
): MenuItemConstructorOptions {
  return {
    role: 'fileMenu',
    submenu: [
      { label: 'New run', accelerator: 'CmdOrCtrl+N', click: () => actions.command('new-run') },
      {
        label: 'Open an exported run…',
        accelerator: 'CmdOrCtrl+O',
        // It would go into this machine's history, which is not the one on screen.
        enabled: connectedTo === null,
        click: () => actions.openRun(),
      },
      SEPARATOR,
      {
        label: 'Connect to a lab…',
        enabled: connectedTo === null,
        click: () => actions.show('#/settings'),
      },
      {
        label:
          connectedTo === null ? 'Back to this machine’s lab' : `Leave ${connectedTo} for this machine’s lab`,
        enabled: connectedTo !== null,
        click: () => actions.goBack(),
      },
      SEPARATOR,
      ...(mac ? [] : [settingsItem(actions), SEPARATOR]),
      { role: mac ? 'close' : 'quit' },
    ],
  };
}

function viewMenu(actions: MenuActions, { developer }: MenuState): MenuItemConstructorOptions {
  return {
    role: 'viewMenu',
    submenu: [
      {
        label: 'Find a lab, a run, a command',
        accelerator: 'CmdOrCtrl+K',
        // The page listens for these keys itself; the menu shows them.
        registerAccelerator: false,
        click: () => actions.command('find'),
      },
      SEPARATOR,
      { role: 'reload' },
      ...(developer ? [{ role: 'toggleDevTools' as const }] : []),
      SEPARATOR,
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      SEPARATOR,
      { role: 'togglefullscreen' },
    ],
  };
}

function goMenu(actions: MenuActions): MenuItemConstructorOptions {
  return {
    label: 'Go',
    submenu: [
      { label: 'Labs', click: () => actions.show('#/') },
      { label: 'Data sets', click: () => actions.show('#/data') },
      { label: 'Runs', click: () => actions.show('#/runs') },
    ],
  };
}

function helpMenu(actions: MenuActions, mac: boolean): MenuItemConstructorOptions {
  return {
    role: 'help',
    submenu: [
      { label: 'Keys', click: () => actions.command('keys') },
      { label: 'Licences', click: () => actions.showLicences() },
      ...(mac ? [] : [SEPARATOR, { role: 'about' as const }]),
    ],
  };
}
