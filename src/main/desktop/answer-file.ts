/** Answers a request of the desktop's own protocol from the renderer's files; plain fetch, so that it runs without Electron. */
import { readFile } from 'node:fs/promises';
import { cacheControl, findRendererFile, securityHeaders } from '../renderer-files/index.ts';
import { isAppAddress } from './addresses.ts';

export async function answerFile(
  request: Pick<Request, 'method' | 'url'>,
  folder: string,
): Promise<Response> {
  const headers = securityHeaders([]);
  if (request.method !== 'GET') return new Response('Only read.', { status: 405, headers });
  const file = isAppAddress(request.url) ? findRendererFile(folder, new URL(request.url).pathname) : null;
  // A file that a new build has replaced since it was looked for is as good as absent.
  const bytes = file === null ? null : await readFile(file.path).catch(() => null);
  if (file === null || bytes === null) return new Response('Not here.', { status: 404, headers });
  return new Response(bytes, {
    headers: { ...headers, 'Content-Type': file.type, 'Cache-Control': cacheControl(file.hashed) },
  });
}
