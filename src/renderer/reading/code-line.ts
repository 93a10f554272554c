/** A line of TypeScript in two voices: code, and what is said about it. */

export interface CodePart {
  readonly kind: 'code' | 'comment';
  readonly text: string;
}

/** Splits a line; `inBlock` tells whether it begins inside a block comment. */
export function codeParts(
  line: string,
  inBlock: boolean,
): { readonly parts: readonly CodePart[]; readonly inBlock: boolean } {
  if (inBlock) {
    const end = line.indexOf('*/');
    if (end === -1) return { parts: [{ kind: 'comment', text: line }], inBlock: true };
    const rest = codeParts(line.slice(end + 2), false);
    return {
      parts: [{ kind: 'comment', text: line.slice(0, end + 2) }, ...rest.parts],
      inBlock: rest.inBlock,
    };
  }
  const at = commentStart(line);
  if (at === -1) return { parts: line === '' ? [] : [{ kind: 'code', text: line }], inBlock: false };
  const before: CodePart[] = at > 0 ? [{ kind: 'code', text: line.slice(0, at) }] : [];
  if (line.startsWith('//', at))
    return { parts: [...before, { kind: 'comment', text: line.slice(at) }], inBlock: false };
  const rest = codeParts(line.slice(at + 2), true);
  const [first, ...others] = rest.parts;
  return {
    parts: [...before, { kind: 'comment', text: `/*${first?.text ?? ''}` }, ...others],
    inBlock: rest.inBlock,
  };
}

/** All lines of a file. */
export function codeLines(lines: readonly string[]): readonly (readonly CodePart[])[] {
  let inBlock = false;
  return lines.map((line) => {
    const split = codeParts(line, inBlock);
    inBlock = split.inBlock;
    return split.parts;
  });
}

/** Where a comment begins outside of quotes, or -1. A regular expression with quotes would fool it; labs have none. */
function commentStart(line: string): number {
  let quote: string | null = null;
  for (let at = 0; at < line.length; at++) {
    const letter = line.charAt(at);
    if (quote !== null) {
      if (letter === '\\') at++;
      else if (letter === quote) quote = null;
    } else if (letter === "'" || letter === '"' || letter === '`') quote = letter;
    else if (line.startsWith('//', at) || line.startsWith('/*', at)) return at;
  }
  return -1;
}
