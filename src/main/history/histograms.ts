/** Reads the histograms of a run's weights and gradients. */
import type { TensorHistogram, TensorHistory } from '../../shared/runs.ts';
import type { Batch, HistogramEntry } from './batch.ts';
import type { Connection, Row } from './connection.ts';
import { parseJson } from './json.ts';

/** By tensor, in the order in which they first came, and by step; those that are not in the file yet included. */
export async function readHistograms(
  reader: Connection,
  run: number,
  unwritten: readonly Batch[],
): Promise<TensorHistory[]> {
  const rows = await reader.all('SELECT * FROM histograms WHERE run = ? ORDER BY id', [run]);
  const entries = [...rows.map(entryOf), ...unwritten.flatMap((batch) => batch.of(run).histograms)];
  const tensors = new Map<string, { latest: HistogramEntry; bySteps: Map<number, TensorHistogram> }>();
  for (const entry of entries) {
    const key = `${entry.of}/${entry.tensor}`;
    const bySteps = tensors.get(key)?.bySteps ?? new Map<number, TensorHistogram>();
    bySteps.set(entry.histogram.step, entry.histogram);
    tensors.set(key, { latest: entry, bySteps });
  }
  return [...tensors.values()].map(({ latest: { tensor, of, shape }, bySteps }) => ({
    tensor,
    of,
    shape,
    histograms: [...bySteps.values()].sort((a, b) => a.step - b.step),
  }));
}

function entryOf(row: Row): HistogramEntry {
  return {
    tensor: row['tensor'] as string,
    of: row['kind'] as TensorHistory['of'],
    shape: parseJson<number[]>(row['shape'], []),
    histogram: {
      step: row['step'] as number,
      min: number(row['min']),
      max: number(row['max']),
      mean: number(row['mean']),
      deviation: number(row['deviation']),
      zeros: row['zeros'] as number,
      notFinite: row['not_finite'] as number,
      counts: countsOf(row['counts'] as Buffer),
    },
  };
}

/** A copy of its own: the buffer's memory may begin at an address that 32-bit integers cannot. */
function countsOf(bytes: Buffer): Int32Array {
  return new Int32Array(Uint8Array.from(bytes).buffer, 0, Math.floor(bytes.length / 4));
}

function number(value: Row[string] | undefined): number {
  return typeof value === 'number' ? value : NaN;
}
