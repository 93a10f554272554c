/** Brings a run from an export into the history. */
import { ACTIVE_STATES, type Run, type RunState } from '../../shared/runs.ts';
import { Batch } from './batch.ts';
import type { BatchWriter } from './batch-writer.ts';
import type { RunExport } from './export.ts';
import { fromJsonValues } from './json.ts';
import { freeId } from './run-ids.ts';
import { metricColumns, type Owner } from './run-rows.ts';
import { insertRun, writeColumns } from './run-writes.ts';
import type { WriteQueue } from './write-queue.ts';

/** Points that one transaction takes: others that write wait some 50 ms for it at most. */
const POINTS_AT_ONCE = 20_000;
const HISTOGRAMS_AT_ONCE = 500;

/**
 * Writes the run in many small transactions, so that a run that trains is not held up. Until the last of them it is marked as
 * deleted: what breaks off in between is never seen, and goes with the next purge. The run gets a number of its own, keeps
 * its id where that is free, and has no checkpoints.
 */
export async function importRun(
  data: RunExport,
  queue: WriteQueue,
  writer: BatchWriter,
  owner: Owner,
): Promise<Run> {
  const number = await insertHidden(data, queue, owner);
  for (const batch of batchesOf(number, data)) {
    await writer.write(batch);
  }
  return queue.run('full', async (connection) => {
    for (const { epoch, step } of data.epochs) {
      await connection.run('INSERT OR REPLACE INTO epochs (run, epoch, step) VALUES (?, ?, ?)', [
        number,
        epoch,
        step,
      ]);
    }
    return writeColumns(connection, number, { deleted_at: null });
  });
}

function insertHidden({ run, resumedAt }: RunExport, queue: WriteQueue, owner: Owner): Promise<number> {
  return queue.run('normal', async (connection) => {
    const now = Date.now();
    const inserted = await insertRun(connection, {
      id: await freeId(connection, run.lab, run.createdAt, run.id),
      lab: run.lab,
      config: JSON.stringify(run.config),
      seed: run.seed,
      device: run.device,
      plan: run.plan,
      threads: run.threads,
      ...endOf(run),
      name: run.name,
      note: run.note,
      tags: JSON.stringify(run.tags),
      pinned: run.pinned ? 1 : 0,
      data_set: run.dataSet?.id ?? null,
      data_set_sha256: run.dataSet?.sha256 ?? null,
      start: run.start && JSON.stringify(run.start),
      gradient_lab: run.versions.gradientLab,
      tensorflow: run.versions.tensorflow,
      created_at: run.createdAt,
      ended_at: run.endedAt,
      deleted_at: now,
      heartbeat_at: now,
      owner_pid: owner.pid,
      owner_session: owner.session,
      seconds: run.seconds,
      step: run.step,
      steps: run.steps,
      epoch: run.epoch,
      epochs: run.epochs,
      examples_per_second: run.examplesPerSecond,
      peak_rss_bytes: run.peakRssBytes,
      weights_sha256: run.weightsSha256,
      ...metricColumns({
        train: fromJsonValues(run.metrics.train),
        validation: fromJsonValues(run.metrics.validation),
        test: fromJsonValues(run.metrics.test),
      }),
      resumed_at: JSON.stringify(resumedAt),
    });
    return inserted.number;
  });
}

/** No process here works on a run that was going on when it was exported. */
function endOf({ state, reason }: RunExport['run']): { state: RunState; reason: string | null } {
  if (!ACTIVE_STATES.includes(state)) return { state, reason };
  return { state: 'interrupted', reason: 'It was still going on when it was exported.' };
}

function* batchesOf(run: number, { series, histograms }: RunExport): Generator<Batch> {
  for (const { name, step, value, time } of series) {
    for (let from = 0; from < step.length; from += POINTS_AT_ONCE) {
      const batch = new Batch();
      const end = Math.min(step.length, from + POINTS_AT_ONCE);
      // Consecutive steps of the same time are one chunk, as they were when they were recorded.
      for (let start = from, i = from + 1; i <= end; i++) {
        const goesOn = i < end && step[i] === (step[i - 1] as number) + 1 && time[i] === time[i - 1];
        if (goesOn) continue;
        const values = Float64Array.from(value.slice(start, i), Number);
        batch.addChunk(run, name, { step: step[start] as number, time: time[start] as number, values });
        start = i;
      }
      yield batch;
    }
  }
  const entries = histograms.flatMap(({ steps, ...tensor }) =>
    steps.map((histogram) => ({
      ...tensor,
      histogram: {
        ...histogram,
        min: Number(histogram.min),
        max: Number(histogram.max),
        mean: Number(histogram.mean),
        deviation: Number(histogram.deviation),
        counts: Int32Array.from(histogram.counts),
      },
    })),
  );
  for (let from = 0; from < entries.length; from += HISTOGRAMS_AT_ONCE) {
    const batch = new Batch();
    for (const entry of entries.slice(from, from + HISTOGRAMS_AT_ONCE)) batch.addHistogram(run, entry);
    yield batch;
  }
}
