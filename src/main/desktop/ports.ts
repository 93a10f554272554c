/** Gives each page that asks a port of its own to the lab service. */
import type { AnyRouter } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { MessageChannelMain, type MessagePortMain } from 'electron';
import { ARRAY_SERIALIZERS } from '../../shared/arrays.ts';
import { CHANNELS } from '../../shared/bridge.ts';
import { messageOf } from '../../shared/errors.ts';
import { hear } from './answers.ts';

/** Pages may ask before the service is there; their port waits for it. */
export function setupPorts(service: Promise<{ readonly router: AnyRouter }>): void {
  const handler = service.then(
    ({ router }) => new RPCHandler(router, { customJsonSerializers: ARRAY_SERIALIZERS }),
  );
  hear(CHANNELS.port, ({ senderFrame }) => {
    const { port1, port2 } = new MessageChannelMain();
    handler.then(
      (ready) => {
        ready.upgrade(makeSafe(port1));
        port1.start();
      },
      () => port1.close(), // Whoever made the service says why there is none.
    );
    senderFrame?.postMessage(CHANNELS.port, null, [port2]);
  });
}

/** oRPC's handler as a listener: a message that is none of the contract's must not end the app as an unhandled rejection. */
function makeSafe(port: MessagePortMain): Parameters<RPCHandler<object>['upgrade']>[0] {
  return {
    postMessage: (data: unknown) => port.postMessage(data),
    on: (event, callback: (message?: { data: unknown }) => unknown) => {
      if (event === 'close') port.on('close', () => callback());
      if (event === 'message') {
        port.on('message', (message) => {
          Promise.resolve(callback(message)).catch((error: unknown) =>
            process.stderr.write(`A window sent a message that is no call: ${messageOf(error)}\n`),
          );
        });
      }
    },
  };
}
