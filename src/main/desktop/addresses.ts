/** Which addresses the desktop's windows may show, which go to the browser, and which lead to a lab elsewhere. */
import { LabError } from '../../shared/errors.ts';

export const APP_SCHEME = 'app';
const APP_HOST = 'gradient-lab';
/** Where the app's own page is. */
export const APP_ORIGIN = `${APP_SCHEME}://${APP_HOST}`;

/** True for the app's own pages. Parsed, never compared by its beginning: "app://gradient-lab.evil" begins the same. */
export function isAppAddress(address: string): boolean {
  const url = parse(address);
  return url?.protocol === `${APP_SCHEME}:` && url.host === APP_HOST && url.username === '';
}

/** True for what may be handed to the system's browser: web pages, and only encrypted ones. */
export function isWebLink(address: string): boolean {
  return parse(address)?.protocol === 'https:';
}

/** A lab on this machine or at the near end of a tunnel. */
export interface LabAddress {
  /** "http://127.0.0.1:8080", the only origin that its window may show. */
  readonly origin: string;
  /** With the token. */
  readonly url: string;
  /** Without the token, for titles and lists. */
  readonly name: string;
}

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** Reads the address that a lab has printed, also out of the line around it. Anything else is a LabError that says why. */
export function parseLabAddress(text: string): LabAddress {
  // An address of another kind must not turn into one by what lies in its middle.
  const url = parse(/(?<!\S)http:\/\/\S+/i.exec(text)?.[0] ?? text.trim());
  if (url?.protocol !== 'http:' || url.username !== '' || url.password !== '') {
    throw new LabError(
      'connect/invalid',
      `Expected an address such as http://127.0.0.1:8080/?token=..., got "${shown(text)}".`,
      { hint: 'Run `gradient-lab serve` where the lab is, and copy the whole line that it prints.' },
    );
  }
  if (!LOOPBACK.includes(url.hostname)) {
    throw new LabError(
      'connect/not-loopback',
      `Expected an address on 127.0.0.1, got one on "${shown(url.hostname)}".`,
      {
        hint:
          `A lab answers only on its own machine. Open a tunnel to it, \`ssh -L ${url.port || '8080'}:127.0.0.1:${url.port || '8080'} ${url.hostname}\`, ` +
          'and connect to the address that the lab has printed.',
      },
    );
  }
  const token = url.searchParams.get('token') ?? '';
  if (!/^[A-Za-z0-9_-]{43}$/.test(token)) {
    throw new LabError('connect/no-token', 'Expected an address with its token, from "http" to the end.', {
      hint: 'Copy the whole line that the lab printed; its token is the 43 letters after "token=".',
    });
  }
  return { origin: url.origin, url: `${url.origin}/?token=${token}`, name: url.host };
}

/** True for an address of that lab and no other. */
export function isAddressOf(lab: LabAddress, address: string): boolean {
  return parse(address)?.origin === lab.origin;
}

function parse(address: string): URL | undefined {
  return URL.canParse(address) ? new URL(address) : undefined;
}

/** No token in a message, and no endless one. */
function shown(text: string): string {
  return text
    .trim()
    .replace(/token=[^&#\s]*/g, 'token=...')
    .slice(0, 100);
}
