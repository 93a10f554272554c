/** The way to the lab service: the client of the contract, the host that shows the app, and whether it can be reached. */
import { isDefinedError, ORPCError } from '@orpc/client';
import type { Problem } from '../../shared/app.ts';
import { LabError, messageOf } from '../../shared/errors.ts';
import type { Host } from '../../shared/host.ts';
import type { Connection, ConnectionState } from '../host/index.ts';

export type { Connection, ConnectionState };
export type Client = Connection['client'];

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
  if (error instanceof LabError) {
    const { code, message, hint = null, stack = null } = error;
    return { code, message, hint, details: stack };
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
