/** The web host: a browser tab that talks to its lab over a WebSocket. */
import { createORPCClient } from '@orpc/client';
import { StandardRPCLink } from '@orpc/client/standard';
import { ARRAY_SERIALIZERS } from '../../shared/arrays.ts';
import type { Connection } from './connection.ts';
import { ReconnectingLink, type Answer } from './reconnecting-link.ts';

const PROBE_MS = 5_000;

export function connectWeb(): Connection {
  const url = `ws://${location.host}/rpc`;
  const link = new ReconnectingLink({ openSocket: () => new WebSocket(url), probe });
  addEventListener('online', () => link.retryNow());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') link.retryNow();
  });
  return {
    host: { kind: 'web', platform: 'browser', capabilities: [] },
    // The address is never looked up: oRPC only takes its path.
    client: createORPCClient(
      new StandardRPCLink(link, { url: 'http://orpc', customJsonSerializers: ARRAY_SERIALIZERS }),
    ),
    onConnection: (listener) => link.status.listen(listener),
  };
}

/** Asks for the page's head. */
async function probe(): Promise<Answer> {
  try {
    const { status } = await fetch('/', {
      method: 'HEAD',
      cache: 'no-store',
      signal: AbortSignal.timeout(PROBE_MS),
    });
    return status === 401 ? 'locked' : 'here';
  } catch {
    return 'silent'; // Nobody listens, or nobody answers in time.
  }
}
