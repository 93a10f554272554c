/**
 * Who may talk to the web host: a browser on this machine that was opened with the token, on our own page.
 *
 * It guards against other sites that the same browser has open (forged requests, DNS rebinding, foreign WebSockets) and against
 * other users of this machine. It does not guard against programs that run as the same user, which can read the token from
 * memory, nor against another server on loopback that the person opens in the same browser and that collects its cookies:
 * browsers do not keep cookies apart by port.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** 32 random bytes, base64url. */
export function makeToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Compares in a time that says nothing about where the two differ. */
export function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::(\d{1,5}))?$/i;

/**
 * The host and port that the browser believes to talk to, or null where that is not loopback: a name that a foreign site has
 * pointed at this machine (DNS rebinding). Any port will do, since a tunnel may have another one at its near end.
 */
export function loopbackHost(header: string | undefined): { host: string; port: number } | null {
  const match = LOOPBACK_HOST.exec(header ?? '');
  if (match === null) return null;
  const port = match[1] === undefined ? 80 : Number(match[1]);
  return port >= 1 && port <= 65_535 ? { host: match[0].toLowerCase(), port } : null;
}

/** True for a request by a page of our own; `host` comes from `loopbackHost`. */
export function isOwnOrigin(origin: string | undefined, host: string): boolean {
  return origin?.toLowerCase() === `http://${host}`;
}

/**
 * True for what a foreign page asks for behind the person's back (an image, a script, a frame), where the browser says so.
 * A foreign link to us is fine: it opens our page, and a foreign page learns nothing from it.
 */
export function isForeignRequest(headers: IncomingHttpHeaders, host: string): boolean {
  if (headers.origin !== undefined && !isOwnOrigin(headers.origin, host)) return true;
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  return !(headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document');
}

/** Cookies are shared by all ports of a host: a name for each port, so that two labs do not take each other's place. */
function cookieName(port: number): string {
  return `gradient-lab-${port}`;
}

/** `Set-Cookie` for a browser that brought the token: for this session, out of scripts' reach, never sent by foreign pages. */
export function cookieFor(port: number, token: string): string {
  return `${cookieName(port)}=${token}; HttpOnly; SameSite=Strict; Path=/`;
}

/** True when the browser was let in before. */
export function hasCookie(header: string | undefined, port: number, token: string): boolean {
  const start = `${cookieName(port)}=`;
  return (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .some((pair) => pair.startsWith(start) && isSameSecret(pair.slice(start.length), token));
}
