/** The windows' connections to the lab service: WebSockets at /rpc, under the same rules as the pages. */
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AnyRouter } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { ARRAY_SERIALIZERS } from '../../shared/arrays.ts';
import { hasCookie, isOwnOrigin, loopbackHost } from './access.ts';
import { makeSteady } from './steady-socket.ts';

export const RPC_PATH = '/rpc';

/** Windows of one lab at a time; a page that reconnects in a loop is stopped here. */
const MOST_SOCKETS = 64;
/** How long a window may take to say goodbye when the lab closes. */
const GOODBYE_MS = 500;

export interface SocketOptions {
  readonly router: AnyRouter;
  readonly token: string;
  /** The longest message that a window may send. */
  readonly maxMessageBytes: number;
}

/** Accepts the windows' sockets on `server`. Returns the way to end them all. */
export function serveSockets(
  server: Server,
  { router, token, maxMessageBytes }: SocketOptions,
): () => Promise<void> {
  const handler = new RPCHandler(router, { customJsonSerializers: ARRAY_SERIALIZERS });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    // On one machine packing costs more than it saves; a tunnel packs by itself where it is told to.
    perMessageDeflate: false,
  });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // The stream may be reset at any time; there is nobody to tell.
    stream.on('error', () => stream.destroy());
    const refusal = refusalOf(request, token, sockets.clients.size);
    if (refusal !== null) return refuseUpgrade(stream, refusal);
    sockets.handleUpgrade(request, stream, head, (socket) => {
      // A message that is too long or malformed; the socket closes itself with the reason.
      socket.on('error', () => {});
      void handler.upgrade(makeSteady(socket));
    });
  });
  return () => endAll(sockets);
}

/** The status that refuses a socket, or null to accept it. */
function refusalOf(request: IncomingMessage, token: string, open: number): number | null {
  const { headers } = request;
  const place = loopbackHost(headers.host);
  if (place === null) return 421;
  if (request.url !== RPC_PATH) return 404;
  // Browsers send it with every WebSocket; without it nothing shows that the page is ours.
  if (!isOwnOrigin(headers.origin, place.host)) return 403;
  if (!hasCookie(headers.cookie, place.port, token)) return 401;
  return open >= MOST_SOCKETS ? 503 : null;
}

function refuseUpgrade(stream: Duplex, status: number): void {
  stream.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    () => stream.destroy(),
  );
}

/** Tells every window that the lab goes away, waits a moment for their answers, then cuts them off. */
async function endAll(sockets: WebSocketServer): Promise<void> {
  const open = [...sockets.clients];
  const gone = open.map((socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())));
  for (const socket of open) socket.close(1001, 'The lab is closing.');
  const cut = setTimeout(() => open.forEach((socket: WebSocket) => socket.terminate()), GOODBYE_MS);
  await Promise.all(gone);
  clearTimeout(cut);
  sockets.close();
}
