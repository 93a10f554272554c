/** Which of the runs the top bar and the home page speak of. */
import { ACTIVE_STATES, type Run } from '../../shared/runs.ts';

/** Runs that an engine works on or is about to: those that train first, then paused, then queued; the newest first of each. */
export function activeRuns(runs: Iterable<Run>): readonly Run[] {
  const rank = ['running', 'paused', 'queued'];
  return [...runs]
    .filter((run) => run.deletedAt === null && ACTIVE_STATES.includes(run.state))
    .sort((a, b) => rank.indexOf(a.state) - rank.indexOf(b.state) || b.number - a.number);
}

/** Runs that ended against the person's will and can go on, newest first. */
export function troubledRuns(runs: Iterable<Run>): readonly Run[] {
  return [...runs]
    .filter((run) => run.deletedAt === null && (run.state === 'interrupted' || run.state === 'failed'))
    .sort((a, b) => (b.endedAt ?? b.createdAt) - (a.endedAt ?? a.createdAt));
}
