/** How few calls load many curves: each call asks for some names of some runs, and all of those are wanted. */

export interface Wanted {
  readonly run: number;
  readonly name: string;
}

export interface CurveCall {
  readonly runs: number[];
  readonly names: string[];
}

/** What one call may ask for, so that no answer is too large. */
const RUNS_A_CALL = 50;
const NAMES_A_CALL = 50;

export function planCalls(wanted: readonly Wanted[]): CurveCall[] {
  const namesOf = new Map<number, Set<string>>();
  for (const { run, name } of wanted) namesOf.set(run, (namesOf.get(run) ?? new Set()).add(name));
  const runsOf = new Map<string, CurveCall>();
  for (const [run, set] of namesOf) {
    const names = [...set].sort();
    const key = names.join('\n');
    const call = runsOf.get(key) ?? { runs: [], names };
    call.runs.push(run);
    runsOf.set(key, call);
  }
  return [...runsOf.values()].flatMap(({ runs, names }) =>
    chunks(runs, RUNS_A_CALL).flatMap((some) =>
      chunks(names, NAMES_A_CALL).map((few) => ({ runs: some, names: few })),
    ),
  );
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
