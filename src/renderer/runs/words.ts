/** Runs in words. */
import { RESUMABLE_STATES, type Run, type RunProgressUpdate } from '../../shared/runs.ts';
import { formatCount, formatDuration } from '../format.ts';

/** "Run 41", "Runs 40 and 41", "3 runs". */
export function runNames(numbers: readonly number[]): string {
  const [first, second] = numbers;
  if (numbers.length === 1 && first !== undefined) return `Run ${first}`;
  if (numbers.length === 2 && first !== undefined && second !== undefined)
    return `Runs ${first} and ${second}`;
  return `${formatCount(numbers.length)} runs`;
}

type Standing = Pick<Run, 'state' | 'step' | 'steps' | 'epoch' | 'epochs'>;
type Progress = Pick<RunProgressUpdate, 'step' | 'steps' | 'epoch' | 'epochs'> | undefined;

/** How much of its steps a run has done, 0 to 1; null when that is not known. */
export function shareDone(run: Standing, progress?: Progress): number | null {
  const { step, steps } = progress ?? run;
  return steps > 0 ? Math.min(step / steps, 1) : null;
}

/** "epoch 3 of 8, step 2,340 of 7,504". */
export function whereText(run: Standing, progress?: Progress): string {
  const { step, steps, epoch, epochs } = progress ?? run;
  if (run.state === 'queued' && step === 0) return 'waits for an engine';
  if (steps === 0) return 'getting ready';
  return `epoch ${Math.max(epoch, 1)} of ${epochs}, step ${formatCount(step)} of ${formatCount(steps)}`;
}

/** "7 s left", or '' when it is not known. */
export function leftText(secondsLeft: number | null | undefined): string {
  return secondsLeft === null || secondsLeft === undefined ? '' : `${formatDuration(secondsLeft)} left`;
}

/** From where a run would go on: "from step 3,000", "from the start". */
export function resumeText(run: Pick<Run, 'checkpointStep'>): string {
  return run.checkpointStep === null ? 'from the start' : `from step ${formatCount(run.checkpointStep)}`;
}

export function canResume(run: Pick<Run, 'state'>): boolean {
  return RESUMABLE_STATES.includes(run.state);
}
