/** The figures that a list of runs sorts by. */
import type { RunMetrics, Values } from '../../shared/run-events.ts';

/** The latest loss: of the validation split, or where there is none, of the training split. Null: none, or not a number. */
export function lossOf({ train, validation }: RunMetrics): number | null {
  return validation['loss'] === undefined ? figure(train, 'loss') : figure(validation, 'loss');
}

/** The better of test and validation accuracy, 0 to 1. Null: none. */
export function bestOf({ validation, test }: RunMetrics): number | null {
  const known = [figure(test, 'accuracy'), figure(validation, 'accuracy')].filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function figure(values: Values, name: string): number | null {
  const value = values[name];
  return value === undefined || Number.isNaN(value) ? null : value;
}
