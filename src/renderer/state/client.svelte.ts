/** The way to the lab service: the client of the contract, the host that shows the app, and whether it can be reached. */
import { isDefinedError, ORPCError } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import type { Problem } from '../../shared/app.ts';
import type { Contract } from '../../shared/contract.ts';
import { messageOf } from '../../shared/errors.ts';
import type { Host } from '../../shared/host.ts';

export type Client = ContractRouterClient<Contract>;
export type ConnectionState = 'connecting' | 'open' | 'lost';

/** What a host's `connect` gives. */
export interface Connection {
  readonly host: Host;
  readonly client: Client;
  /** Tells when the way to the service breaks and when it is there again. Returns the way to stop listening. */
  onConnection(listener: (state: 'open' | 'lost') => void): () => void;
}

class App {
  client: Client | null = $state.raw(null);
  host: Host | null = $state.raw(null);
  connection: ConnectionState = $state('connecting');
}

export const app = new App();

/** The client; only after the connection was made. */
export function client(): Client {
  if (app.client === null) throw new Error('The lab service is not connected yet.');
  return app.client;
}

/** The host; only after the connection was made. */
export function host(): Host {
  if (app.host === null) throw new Error('The host is not known yet.');
  return app.host;
}

/** What is wrong, for the page, of anything that a call threw. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ORPCError && isDefinedError(error) && isProblem(error.data)) return error.data;
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST') {
    return {
      code: 'request/invalid',
      message: 'The lab service did not accept the request.',
      hint: 'Reload the window, so that it fits the version of the service.',
      details: JSON.stringify(error.toJSON(), null, 2),
    };
  }
  if (app.connection === 'lost') {
    return {
      code: 'connection/lost',
      message: 'The lab service cannot be reached.',
      hint: 'Nothing is lost. The window connects again by itself once the service runs.',
      details: messageOf(error),
    };
  }
  return {
    code: 'internal',
    message: messageOf(error),
    hint: null,
    details: error instanceof Error ? (error.stack ?? null) : null,
  };
}

function isProblem(data: unknown): data is Problem {
  return typeof data === 'object' && data !== null && 'code' in data && 'message' in data;
}
