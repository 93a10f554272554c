/** Which runs ask for a person's decision. */
import type { Run } from '../../shared/runs.ts';

const DAY_MS = 86_400_000;
/** Longer ago than this, a run that nobody took up again is history. */
const INTERRUPTED_FOR_MS = 14 * DAY_MS;
const MOST = 3;

/**
 * Interrupted runs of the last two weeks, and failed ones as long as no newer run of their lab was started; newest first, a few.
 */
export function needsYou(runs: Iterable<Run>, now: number): readonly Run[] {
  const known = [...runs].filter((run) => run.deletedAt === null);
  const newest = new Map<string, number>();
  for (const run of known) newest.set(run.lab, Math.max(newest.get(run.lab) ?? 0, run.number));
  return known
    .filter((run) => {
      const endedAt = run.endedAt ?? run.createdAt;
      if (run.state === 'interrupted') return now - endedAt < INTERRUPTED_FOR_MS;
      return run.state === 'failed' && newest.get(run.lab) === run.number;
    })
    .sort((a, b) => b.number - a.number)
    .slice(0, MOST);
}
