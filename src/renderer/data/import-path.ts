/** What a person gives for an import: the path, as it is pasted or dropped, and the name. */

/** Lower-case words with hyphens, as the data folder has them. */
const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const MAX_NAME_LENGTH = 40;

/** What is wrong with a name for a data set, or null. `taken`: names that are in use. */
export function nameProblem(name: string, taken: readonly string[]): string | null {
  if (name === '') return 'Write a name.';
  if (name.length > MAX_NAME_LENGTH) {
    return `A name has at most ${MAX_NAME_LENGTH} characters; this one has ${name.length}.`;
  }
  if (!NAME.test(name)) return 'Use lower-case letters, digits and single hyphens, such as “my-digits”.';
  return taken.includes(name)
    ? `“${name}” is taken. Choose another name, or remove that data set first.`
    : null;
}

/** A name made of the last part of a path: "/home/me/My Digits.tar.gz" is "my-digits". Empty when nothing is left. */
export function nameFrom(path: string): string {
  const last =
    path
      .replace(/[\\/]+$/, '')
      .split(/[\\/]/)
      .at(-1) ?? '';
  return last
    .replace(/(\.(tar|tgz|gz|zip|csv|tsv|jsonl|ndjson))+$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, MAX_NAME_LENGTH)
    .replace(/-$/, '');
}

/**
 * The path in a text that was dropped or pasted: a line of a "text/uri-list" such as file:///home/me/digits, or a path as a terminal
 * shows it, quotes taken off. Null for anything else.
 */
export function pathFrom(text: string): string | null {
  const line = text
    .split(/\r?\n/)
    .map((each) => each.trim())
    .find((each) => each !== '' && !each.startsWith('#'));
  if (line === undefined) return null;
  const bare = line.replace(/^(["'])(.*)\1$/, '$2');
  if (/^file:\/\//i.test(bare)) {
    try {
      const { pathname } = new URL(bare);
      // A drive of Windows: /C:/Users is C:/Users.
      return decodeURIComponent(pathname).replace(/^\/([a-z]:)/i, '$1');
    } catch {
      return null;
    }
  }
  return /^([/~]|[a-z]:[\\/]|\\\\)/i.test(bare) ? bare : null;
}

/** Whether a path names a table of texts; of a folder nobody knows by its name. */
export function looksLikeTexts(path: string): boolean {
  return /\.(csv|tsv|jsonl|ndjson)["']?\s*$/i.test(path);
}
