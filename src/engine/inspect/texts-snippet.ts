/** The beginning of a text, or what surrounds something in it, on one line. */

const MOST = 200;
/** Characters before what was searched for. */
const BEFORE = 60;

/** A text on one line: line ends, tabs, and those of HTML, become a space. */
export function plainSnippet(text: string): string {
  return text.replace(/(?:<br \/>|\s)+/g, ' ').trim();
}

/** About 200 characters of a text, with an ellipsis where something is left out. */
export function snippetOf(text: string, search: string): string {
  const plain = plainSnippet(text);
  const wanted = plainSnippet(search).toLowerCase();
  const found = wanted === '' ? 0 : Math.max(0, plain.toLowerCase().indexOf(wanted));
  const from = found <= BEFORE ? 0 : atCharacter(plain, found - BEFORE);
  const to = atCharacter(plain, Math.min(plain.length, from + MOST));
  return `${from > 0 ? '…' : ''}${plain.slice(from, to)}${to < plain.length ? '…' : ''}`;
}

/** `at`, or one before where that would cut a character of two units in half. */
function atCharacter(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}
