/** The desktop host: a window whose preload brings a port to the lab service in the app's main process. */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { ARRAY_SERIALIZERS } from '../../shared/arrays.ts';
import { PORT_MESSAGE, type DesktopBridge, type Outcome } from '../../shared/bridge.ts';
import { ProblemError } from '../../shared/problems.ts';
import { ConnectionStatus, type Connection } from './connection.ts';

export async function connectDesktop(bridge: DesktopBridge): Promise<Connection> {
  const port = await requestPort(bridge);
  const status = new ConnectionStatus();
  status.set('open');
  // The main process is gone, and this window with it in a moment.
  port.addEventListener('close', () => status.set('lost'));
  const link = new RPCLink({ port, customJsonSerializers: ARRAY_SERIALIZERS });
  port.start();
  return {
    host: {
      kind: 'desktop',
      platform: bridge.platform,
      capabilities: ['choose-path', 'show-folder', 'connect', 'native-menu'],
      choosePath: (options) => valueOf(bridge.choosePath(options)),
      pathOf: (file) => bridge.pathOf(file),
      showFolder: (path) => valueOf(bridge.showFolder(path)),
      connections: () => valueOf(bridge.connections()),
      connectTo: (address) => valueOf(bridge.connectTo(address)),
      onCommand: (listener) => bridge.onCommand(listener),
    },
    client: createORPCClient(link),
    onConnection: (listener) => status.listen(listener),
  };
}

async function valueOf<T>(answer: Promise<Outcome<T>>): Promise<T> {
  const outcome = await answer;
  if ('problem' in outcome) throw new ProblemError(outcome.problem);
  return outcome.value;
}

function requestPort(bridge: DesktopBridge): Promise<MessagePort> {
  return new Promise((resolve) => {
    const receive = (event: MessageEvent): void => {
      const [port] = event.ports;
      // Only the preload speaks to the window as the window itself.
      if (event.source !== window || event.data !== PORT_MESSAGE || port === undefined) return;
      removeEventListener('message', receive);
      resolve(port);
    };
    addEventListener('message', receive);
    bridge.requestPort();
  });
}
