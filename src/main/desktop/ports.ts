/** Gives each page that asks a port of its own to the lab service. */
import type { AnyRouter } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import { MessageChannelMain, type MessagePortMain } from 'electron';
import { ARRAY_SERIALIZERS } from '../../shared/arrays.ts';
import { CHANNELS } from '../../shared/bridge.ts';
import { hear } from './answers.ts';

type Socket = Parameters<RPCHandler<object>['upgrade']>[0];

/** Pages may ask before the service is there; their port waits for it. */
export function setupPorts(service: Promise<{ readonly router: AnyRouter }>): void {
  const handler = service.then(
    ({ router }) => new RPCHandler(router, { customJsonSerializers: ARRAY_SERIALIZERS }),
  );
  hear(CHANNELS.port, ({ senderFrame }) => {
    const { port1, port2 } = new MessageChannelMain();
    handler.then(
      (ready) => {
        void ready.upgrade(asSocket(port1));
        port1.start();
      },
      () => port1.close(), // Whoever made the service says why there is none.
    );
    senderFrame?.postMessage(CHANNELS.port, null, [port2]);
  });
}

/**
 * A port as oRPC's handler for sockets takes it. Both carry the same messages, and that handler, unlike the one for ports, does
 * not let a message that is no call end the app as an unhandled rejection.
 */
function asSocket(port: MessagePortMain): Socket {
  const addEventListener = (type: string, listener: (event: { data: unknown }) => void): void => {
    if (type === 'message') port.on('message', ({ data }) => listener({ data: data as unknown }));
    if (type === 'close') port.on('close', () => listener({ data: undefined }));
  };
  return {
    addEventListener: addEventListener as Socket['addEventListener'],
    send: ((data: unknown) => port.postMessage(data)) as Socket['send'],
  };
}
