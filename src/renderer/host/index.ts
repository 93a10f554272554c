/** The one place that knows which host shows this window, and how its lab is reached. */
import { BRIDGE_NAME, type DesktopBridge } from '../../shared/bridge.ts';
import type { Connection } from './connection.ts';
import { connectDesktop } from './desktop.ts';
import { connectWeb } from './web.ts';

export type { Connection, ConnectionState } from './connection.ts';

/** Connects this window to its lab: through the desktop's preload where there is one, else as a browser tab. */
export async function connect(): Promise<Connection> {
  const bridge = (window as { [BRIDGE_NAME]?: DesktopBridge })[BRIDGE_NAME];
  return bridge === undefined ? connectWeb() : connectDesktop(bridge);
}
