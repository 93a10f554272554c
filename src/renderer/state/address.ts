/** Addresses of the app: a path and a query behind the hash, "#/labs/mnist-mlp/train?shown=41,40". */

export interface Address {
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** Reads a hash, with or without its "#". What is not understood is left out, never an error. */
export function parseAddress(hash: string): Address {
  const [pathText = '', queryText = ''] = splitOnce(hash.replace(/^#/, ''), '?');
  const path = pathText
    .split('/')
    .filter((part) => part !== '')
    .map(decode);
  return { path, query: Object.fromEntries(new URLSearchParams(queryText)) };
}

/** The hash of an address; commas stay readable. */
export function formatAddress(path: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  const text = new URLSearchParams(query).toString().replaceAll('%2C', ',');
  return `#/${path.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
}

/** A query with some values changed; null takes one away. */
export function changeQuery(
  query: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const entries = Object.entries({ ...query, ...changes });
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null));
}

function splitOnce(text: string, mark: string): string[] {
  const at = text.indexOf(mark);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Not an encoding that we wrote: taken as it stands.
    return part;
  }
}
