/** Answers the browser's requests for pages: the token becomes a cookie, the bundle's files are served, the rest is refused. */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  cacheControl,
  findRendererFile,
  MESSAGE_PAGE_POLICY,
  messagePage,
  securityHeaders,
} from '../renderer-files/index.ts';
import { cookieFor, hasCookie, isForeignRequest, isSameSecret, loopbackHost } from './access.ts';

export interface PageOptions {
  readonly folder: string;
  readonly token: string;
}

/** Why a request is not answered, in words for whoever sees the page. */
const REFUSALS = {
  401: [
    'This lab is locked',
    'The address needs its token: open the whole address that `gradient-lab serve` or `npm start` printed, from `http://` to its last letter.',
    'A token is good until the lab ends. If the lab was started again, it has printed a new address.',
  ],
  403: [
    'Refused',
    'Another page asked for this, and only Gradient Lab’s own window may. Open the address of the lab directly.',
  ],
  404: ['Not here', 'Gradient Lab has no page at this address. Its first page is at `/`.'],
  405: ['Refused', 'Pages of Gradient Lab can only be read, with GET or HEAD.'],
  421: [
    'Wrong address',
    'Gradient Lab answers only to `127.0.0.1` and `localhost`. For a lab on another machine, open an SSH tunnel to its port and use `http://127.0.0.1` with the tunnel’s port.',
  ],
} as const;
export type Refusal = keyof typeof REFUSALS;

/** Answers one request. Never throws. */
export function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { folder, token }: PageOptions,
): void {
  const place = loopbackHost(request.headers.host);
  if (place === null) return refuse(request, response, 421);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return refuse(request, response, 405, { Allow: 'GET, HEAD' });
  }
  if (isForeignRequest(request.headers, place.host)) return refuse(request, response, 403);

  const { path, query } = splitTarget(request.url ?? '/');
  const given = query.get('token');
  if (given !== null) {
    if (!isSameSecret(given, token)) return refuse(request, response, 401);
    query.delete('token');
    const rest = query.size > 0 ? `?${query.toString()}` : '';
    return letIn(request, response, `${path}${rest}`, cookieFor(place.port, token));
  }
  if (!hasCookie(request.headers.cookie, place.port, token)) return refuse(request, response, 401);

  const file = findRendererFile(folder, path);
  if (file === null) return refuse(request, response, 404);
  void readFile(file.path).then(
    (bytes) => {
      response.writeHead(200, {
        ...securityHeaders([`ws://${place.host}`]),
        'Content-Type': file.type,
        'Content-Length': bytes.byteLength,
        'Cache-Control': cacheControl(file.hashed),
      });
      response.end(request.method === 'HEAD' ? undefined : bytes);
    },
    // Replaced by a new build since it was looked for.
    () => refuse(request, response, 404),
  );
}

/** Taken apart by hand: `URL` would tidy up a path such as `/../x`, and only a path that needs no tidying is served. */
function splitTarget(target: string): { path: string; query: URLSearchParams } {
  const at = target.indexOf('?');
  if (at === -1) return { path: target, query: new URLSearchParams() };
  return { path: target.slice(0, at), query: new URLSearchParams(target.slice(at + 1)) };
}

/** Trades the token for the cookie and takes it out of the address bar and the history. */
function letIn(request: IncomingMessage, response: ServerResponse, to: string, cookie: string): void {
  // "//host/" would lead elsewhere.
  const target = `/${to.replace(/^[/\\]+/, '')}`;
  const headers = { 'Set-Cookie': cookie, 'Cache-Control': 'no-store' };
  // After a link on a foreign page the whole chain of redirects counts as foreign, and the new cookie would not be sent along.
  // A page of our own that moves on by itself is not foreign.
  if (request.headers['sec-fetch-site'] === 'cross-site') {
    return sendMessage(request, response, 200, messagePage('Opening the lab', [], target), headers);
  }
  response
    .writeHead(303, { ...headers, ...securityHeaders([]), Location: target, 'Content-Length': 0 })
    .end();
}

/** Says in plain words why there is nothing to see. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: Refusal,
  headers: Record<string, string> = {},
): void {
  const [title, ...paragraphs] = REFUSALS[status];
  sendMessage(request, response, status, messagePage(title, paragraphs), {
    'Cache-Control': 'no-store',
    ...headers,
  });
}

function sendMessage(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string>,
): void {
  // The rest of a body that nobody reads would keep the connection busy.
  if (status === 405) headers = { ...headers, Connection: 'close' };
  response.writeHead(status, {
    ...securityHeaders([]),
    'Content-Security-Policy': MESSAGE_PAGE_POLICY,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}
