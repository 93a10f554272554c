/** Hands the page a port to the lab service and the desktop's few powers; Electron itself stays out of its reach. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { BRIDGE_NAME, CHANNELS, PORT_MESSAGE, type DesktopBridge, type Outcome } from '../shared/bridge.ts';

const PLATFORMS: Partial<Record<NodeJS.Platform, DesktopBridge['platform']>> = {
  darwin: 'mac',
  win32: 'windows',
};

const ask = <T>(channel: string, ...args: readonly unknown[]): Promise<Outcome<T>> =>
  ipcRenderer.invoke(channel, ...args) as Promise<Outcome<T>>;

const bridge: DesktopBridge = {
  platform: PLATFORMS[process.platform] ?? 'linux',
  requestPort: () => ipcRenderer.send(CHANNELS.port),
  choosePath: (options) => ask(CHANNELS.choosePath, options),
  pathOf: (file) => webUtils.getPathForFile(file) || null,
  showFolder: (path) => ask(CHANNELS.showFolder, path),
  connections: () => ask(CHANNELS.connections),
  connectTo: (address) => ask(CHANNELS.connectTo, address),
  onCommand: (listener) => {
    const receive = (_event: unknown, command: string): void => listener(command);
    ipcRenderer.on(CHANNELS.command, receive);
    return () => ipcRenderer.removeListener(CHANNELS.command, receive);
  },
};

// Main sends nothing to other pages, and refuses what they ask; this keeps even the offer from them.
if (location.protocol === 'app:') {
  // A port cannot cross the bridge; a message of the window to itself carries it into the page.
  ipcRenderer.on(CHANNELS.port, ({ ports }) => window.postMessage(PORT_MESSAGE, '*', [...ports]));
  contextBridge.exposeInMainWorld(BRIDGE_NAME, bridge);
}
