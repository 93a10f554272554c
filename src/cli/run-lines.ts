/** What an engine tells of a run, as the lines of the command line's contract (src/shared/run-events.ts). */
import type { EngineRunEvent, RunTask } from '../shared/engine-protocol.ts';
import type { RunEvent, Values } from '../shared/run-events.ts';

/** Returns a function that gives the lines for each event. A run has 'started' when its plan is known. */
export function makeRunLines(task: RunTask): (event: EngineRunEvent) => readonly RunEvent[] {
  let begun: Extract<EngineRunEvent, { kind: 'begun' }> | undefined;
  const started = (plan: string): readonly RunEvent[] => {
    if (begun === undefined) return [];
    const { config, device, start } = begun;
    const { id: run, lab, seed } = task;
    return [{ kind: 'started', run, lab, config, seed, device, plan, ...(start !== null && { start }) }];
  };
  return (event) => {
    switch (event.kind) {
      case 'begun':
        begun = event;
        return event.plan === 'auto' ? [] : started(event.plan);
      case 'plan':
        return started(event.plan);
      case 'steps':
        return linesOf(event);
      case 'epoch':
        return [{ kind: 'metrics', step: event.step, epoch: event.epoch, values: event.values }];
      case 'checkpoint':
      case 'warning':
        return [event];
      case 'ended':
        return [event.end];
      case 'fetching':
      case 'progress':
      case 'paused':
      case 'resumed':
      case 'histogram':
        return [];
    }
  };
}

function linesOf({ step, epoch, values }: Extract<EngineRunEvent, { kind: 'steps' }>): RunEvent[] {
  const columns = Object.entries(values);
  const count = columns[0]?.[1].length ?? 0;
  return Array.from({ length: count }, (_, i) => ({
    kind: 'metrics',
    step: step + i,
    epoch,
    values: Object.fromEntries(columns.map(([name, column]) => [name, column[i]])) as Values,
  }));
}
