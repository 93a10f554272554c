/**
 * Names that stay the same from process to process.
 *
 * tfjs numbers the layers that were given no name through the life of a process: "dense_Dense7". Checkpoints and random streams
 * need a number that counts within the model: "dense_1".
 */

/** What tfjs calls a layer without a name, after the prefix of a wrapper: snake case of its class, class, number. */
const AUTOMATIC = /^(forward_|backward_)?([a-z][a-z0-9_]*)_([A-Z]\w*?)(\d+)$/;
const AUTOMATIC_INPUT = /^(input)(\d+)$/;

/** A function from tfjs's names ("dense_Dense7/kernel") to lasting ones ("dense_1/kernel"), for the names of one model. */
export function lastingNames(): (name: string) => string {
  const known = new Map<string, string>();
  const counts = new Map<string, number>();
  const numbered = (automatic: string, kind: string): string => {
    const before = known.get(automatic);
    if (before !== undefined) return before;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    known.set(automatic, `${kind}_${count}`);
    return `${kind}_${count}`;
  };
  const part = (name: string): string => {
    const [, prefix = '', kind, className = '', number = ''] =
      AUTOMATIC.exec(name) ?? withClass(AUTOMATIC_INPUT.exec(name));
    if (kind === undefined) return name;
    return prefix + numbered(`${kind}_${className}${number}`, kind);
  };
  return (name) => name.split('/').map(part).join('/');
}

function withClass(match: RegExpExecArray | null): (string | undefined)[] {
  return match === null ? [] : [match[0], '', match[1], '', match[2]];
}
