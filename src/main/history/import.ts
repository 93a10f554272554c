/** Brings an exported run into the history, part by part: whoever has read and checked its file hands them over. */
import { fromJsonValues, type RunPart } from '../../shared/run-export.ts';
import { ACTIVE_STATES, type Run, type RunState } from '../../shared/runs.ts';
import { Batch } from './batch.ts';
import type { BatchWriter } from './batch-writer.ts';
import { freeId } from './run-ids.ts';
import { metricColumns, type Owner } from './run-rows.ts';
import { insertRun, writeColumns } from './run-writes.ts';
import type { WriteQueue } from './write-queue.ts';

type Head = Extract<RunPart, { kind: 'head' }>;

/**
 * Writes the run in many small transactions, one a part, so that a run that trains is not held up. Until the last of them it is marked as
 * deleted: what breaks off in between is never seen, and goes with the next purge. The run gets a number of its own, keeps
 * its id where that is free, and has no checkpoints.
 */
export async function importRun(
  parts: AsyncIterable<RunPart> | Iterable<RunPart>,
  queue: WriteQueue,
  writer: BatchWriter,
  owner: Owner,
): Promise<Run> {
  let inserted: { readonly number: number; readonly epochs: Head['epochs'] } | undefined;
  for await (const part of parts) {
    if (part.kind === 'head') {
      inserted = { number: await insertHidden(part, queue, owner), epochs: part.epochs };
    } else if (inserted !== undefined) await writer.write(batchOf(inserted.number, part));
  }
  if (inserted === undefined) throw new TypeError('Expected the head of a run first, got none.');
  const { number, epochs } = inserted;
  return queue.run('full', async (connection) => {
    for (const { epoch, step } of epochs) {
      await connection.run('INSERT OR REPLACE INTO epochs (run, epoch, step) VALUES (?, ?, ?)', [
        number,
        epoch,
        step,
      ]);
    }
    return writeColumns(connection, number, { deleted_at: null });
  });
}

function insertHidden({ run, resumedAt }: Head, queue: WriteQueue, owner: Owner): Promise<number> {
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
function endOf({ state, reason }: Head['run']): { state: RunState; reason: string | null } {
  if (!ACTIVE_STATES.includes(state)) return { state, reason };
  return { state: 'interrupted', reason: 'It was still going on when it was exported.' };
}

function batchOf(run: number, part: Exclude<RunPart, Head>): Batch {
  const batch = new Batch();
  if (part.kind === 'histograms') {
    const { tensor, of, shape } = part;
    for (const histogram of part.histograms) batch.addHistogram(run, { tensor, of, shape, histogram });
    return batch;
  }
  const { name, step, value, time } = part;
  // Consecutive steps of the same time are one chunk, as they were when they were recorded.
  for (let start = 0, i = 1; i <= step.length; i++) {
    const goesOn = i < step.length && step[i] === (step[i - 1] as number) + 1 && time[i] === time[i - 1];
    if (goesOn) continue;
    const values = value.slice(start, i);
    batch.addChunk(run, name, { step: step[start] as number, time: time[start] as number, values });
    start = i;
  }
  return batch;
}
