/** The way to main: a Node child's IPC channel, or the port of an Electron utility process. */
import type { FromEngine, ToEngine } from '../../shared/engine-protocol.ts';

export interface Channel {
  /** Resolves when the message is on its way; a message for a main that is gone is dropped. */
  send(message: FromEngine): Promise<void>;
  onMessage(listener: (message: ToEngine) => void): void;
  /** Told once, when main has closed its end or is gone. */
  onClose(listener: () => void): void;
}

interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
  on(event: 'close', listener: () => void): void;
}

/** The channel that this process was started with; throws where it was started by hand. */
export function openChannel(): Channel {
  // Only Electron has it.
  const { parentPort } = process as unknown as { readonly parentPort?: ParentPort };
  if (parentPort !== undefined) return portChannel(parentPort);
  if (process.send !== undefined) return ipcChannel();
  throw new TypeError('Expected to be started by Gradient Lab with a channel, got none.');
}

function portChannel(port: ParentPort): Channel {
  return {
    send: (message) => Promise.resolve(port.postMessage(message)),
    onMessage: (listener) => port.on('message', ({ data }) => listener(data as ToEngine)),
    onClose: (listener) => port.on('close', listener),
  };
}

function ipcChannel(): Channel {
  return {
    send: (message) =>
      new Promise((resolve) => {
        if (!process.connected) return resolve();
        process.send?.(message, undefined, undefined, () => resolve());
      }),
    onMessage: (listener) => process.on('message', (message) => listener(message as ToEngine)),
    onClose: (listener) => {
      if (process.connected) process.once('disconnect', listener);
      else listener();
    },
  };
}
