/** Lines of the log: what happened, in words. */
import type { Run, RunState } from '../../shared/runs.ts';

export interface LogLine {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly level: 'info' | 'warning' | 'error';
  /** The run that it is about, or null. */
  readonly run: number | null;
  readonly text: string;
}

const WORDS: Readonly<Record<RunState, string>> = {
  queued: 'Queued.',
  running: 'Training.',
  paused: 'Paused.',
  completed: 'Completed.',
  failed: 'Failed.',
  stopped: 'Stopped.',
  interrupted: 'Interrupted.',
};

/** What the log says of a run that changed, or null when it says nothing. */
export function lineOfRun(before: Run | undefined, run: Run): Pick<LogLine, 'level' | 'text'> | null {
  if (before !== undefined && before.deletedAt !== run.deletedAt) {
    return { level: 'info', text: run.deletedAt === null ? 'Restored.' : 'Deleted.' };
  }
  if (before?.state === run.state) return null;
  const level = run.state === 'failed' ? 'error' : run.state === 'interrupted' ? 'warning' : 'info';
  return { level, text: [WORDS[run.state], run.reason].filter((part) => part !== null).join(' ') };
}
