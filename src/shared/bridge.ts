/** What the preload hands to the desktop window's page, as `window.gradientLab`: a way to a port, and the desktop's own powers. */
import type { Host } from './host.ts';

type Powers = Required<Pick<Host, 'choosePath' | 'showFolder' | 'connections' | 'connectTo' | 'onCommand'>>;

export interface DesktopBridge extends Powers {
  readonly platform: 'linux' | 'mac' | 'windows';
  /** Asks for a port to the lab service. It comes as a message of the window to itself, with `PORT_MESSAGE` as data. */
  requestPort(): void;
}

export const BRIDGE_NAME = 'gradientLab';
export const PORT_MESSAGE = 'gradient-lab:port';
