/** What the preload hands to the desktop window's page, as `window.gradientLab`: a way to a port, and the desktop's own powers. */
import type { Problem } from './app.ts';
import type { Host } from './host.ts';

/** An answer of the main process. An error would lose its code and hint on the way into the page. */
export type Outcome<T> = { readonly value: T } | { readonly problem: Problem };

type Answering<F> = F extends (...args: infer A) => Promise<infer T>
  ? (...args: A) => Promise<Outcome<T>>
  : never;

export interface DesktopBridge {
  readonly platform: 'linux' | 'mac' | 'windows';
  /** Asks for a port to the lab service. It comes as a message of the window to itself, with `PORT_MESSAGE` as data. */
  requestPort(): void;
  readonly choosePath: Answering<NonNullable<Host['choosePath']>>;
  readonly pathOf: NonNullable<Host['pathOf']>;
  readonly showFolder: Answering<NonNullable<Host['showFolder']>>;
  readonly connections: Answering<NonNullable<Host['connections']>>;
  readonly connectTo: Answering<NonNullable<Host['connectTo']>>;
  readonly onCommand: NonNullable<Host['onCommand']>;
}

export const BRIDGE_NAME = 'gradientLab';
export const PORT_MESSAGE = 'gradient-lab:port';

/** The channels between the preload and the main process; one for each thing that a page may ask. */
export const CHANNELS = {
  port: 'gradient-lab:port',
  command: 'gradient-lab:command',
  choosePath: 'gradient-lab:choose-path',
  showFolder: 'gradient-lab:show-folder',
  connections: 'gradient-lab:connections',
  connectTo: 'gradient-lab:connect-to',
} as const;
