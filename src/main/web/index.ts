/** The web host: the same window as the desktop's, in a browser on this machine. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AnyRouter } from '@orpc/server';
import { LabError } from '../../shared/errors.ts';
import { rendererFolder, requireRenderer } from '../renderer-files/index.ts';
import { makeToken } from './access.ts';
import { openBrowser } from './browser.ts';
import { answerRequest } from './requests.ts';
import { serveSockets } from './sockets.ts';

/** Only this machine's own programs can reach it. */
const LOOPBACK = '127.0.0.1';
/** A run that is imported comes as one message: the contract allows 200 million characters, and JSON adds some. */
const MAX_MESSAGE_BYTES = 256 * 2 ** 20;

export interface WebHostOptions {
  readonly service: { readonly router: AnyRouter };
  /** 0 takes a free one. */
  readonly port: number;
  /** Opens the browser, where there is one, with a page that lies in this folder for a while; null opens none. */
  readonly openFrom: string | null;
  readonly folder?: string;
  readonly maxMessageBytes?: number;
}

export interface WebHost {
  /** The address with the token in it. Whoever has it has the lab. */
  readonly url: string;
  /** Ends the windows' connections and gives the port back. The service goes on. */
  close(): Promise<void>;
}

/** Serves the lab to browsers on this machine until it is closed. */
export async function startWebHost({
  service,
  port,
  openFrom,
  folder = rendererFolder(),
  maxMessageBytes = MAX_MESSAGE_BYTES,
}: WebHostOptions): Promise<WebHost> {
  requireRenderer(folder);
  const token = makeToken();
  const server = createServer({ maxHeaderSize: 16 * 1024 }, (request, response) =>
    answerRequest(request, response, { folder, token }),
  );
  const endSockets = serveSockets(server, { router: service.router, token, maxMessageBytes });
  await listen(server, port);
  const url = `http://${LOOPBACK}:${(server.address() as AddressInfo).port}/?token=${token}`;
  const page = openFrom === null ? null : openBrowser(url, openFrom);
  let closing: Promise<void> | undefined;
  return {
    url,
    close: () => (closing ??= closeServer(server, endSockets).finally(() => page?.remove())),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, port)));
    server.listen({ host: LOOPBACK, port, exclusive: true }, resolve);
  });
}

function explain(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new LabError('web/port-in-use', `Expected port ${port} to be free, and another program uses it.`, {
      hint: 'Is the lab open already? Otherwise choose another with --port, or any free one with --port 0.',
      cause: error,
    });
  }
  if (error.code === 'EACCES') {
    return new LabError('web/port-refused', `This user may not open port ${port}.`, {
      hint: 'Ports below 1024 belong to the system: choose one from 1024 to 65535 with --port.',
      cause: error,
    });
  }
  return error;
}

async function closeServer(server: Server, endSockets: () => Promise<void>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await endSockets();
  server.closeAllConnections();
  await closed;
}
