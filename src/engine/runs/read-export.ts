/**
 * Reads the file of an exported run, which anyone may have written: JSON of up to 200 MB, checked whole before the first part of it is
 * handed over.
 */
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { LabError, messageOf } from '../../shared/errors.ts';
import type { ExportedHistogram, RunExport, RunPart } from '../../shared/run-export.ts';
import { parseExport } from '../../shared/run-export-format.ts';
import { MOST_RUN_FILE_BYTES } from '../../shared/run-files.ts';
import type { TensorHistogram } from '../../shared/runs.ts';

/** Points of a part: whoever stores one holds others up for some 50 ms at most. */
const POINTS_AT_ONCE = 20_000;
const HISTOGRAMS_AT_ONCE = 500;
/** Numbers in the bins of the histograms of a part. */
const COUNTS_AT_ONCE = 100_000;

/**
 * The run in `file`. What is no file or too large is refused unread. Throws `import/unreadable`, `import/not-a-run`,
 * `import/too-large`, `import/not-json`, `import/newer`, `import/invalid`.
 */
export async function readRunExport(file: string): Promise<RunExport> {
  return parseExport(parseJson(await readText(file)));
}

/** A checked run in the parts in which a history takes it: its head, its points, its histograms. */
export function* partsOf({ run, resumedAt, epochs, series, histograms }: RunExport): Generator<RunPart> {
  yield { kind: 'head', run, resumedAt, epochs };
  for (const { name, step, value, time } of series) {
    for (let from = 0; from < step.length; from += POINTS_AT_ONCE) {
      const to = from + POINTS_AT_ONCE;
      yield {
        kind: 'points',
        name,
        step: Float64Array.from(step.slice(from, to)),
        value: Float64Array.from(value.slice(from, to), Number),
        time: Float64Array.from(time.slice(from, to)),
      };
    }
  }
  for (const { steps, ...tensor } of histograms) {
    const longest = steps.reduce((most, { counts }) => Math.max(most, counts.length), 1);
    const atOnce = Math.min(HISTOGRAMS_AT_ONCE, Math.ceil(COUNTS_AT_ONCE / longest));
    for (let from = 0; from < steps.length; from += atOnce) {
      yield { kind: 'histograms', ...tensor, histograms: steps.slice(from, from + atOnce).map(histogramOf) };
    }
  }
}

/** Reads a run for someone who takes a part at a time. One run at a time, as a history takes them. */
export class RunReader {
  private reading: { readonly file: string; readonly parts: Iterator<RunPart>; next: number } | null = null;

  /**
   * Part `index` of the run in `file`, asked for in order from 0 on: part 0 reads the file. Null behind the last part, and for 'end':
   * what was read is let go. Throws as `readRunExport` does, and `import/lost` where it is not the next part of what is read here.
   */
  async part(file: string, index: number | 'end'): Promise<RunPart | null> {
    if (index === 0) {
      this.reading = null;
      this.reading = { file, parts: partsOf(await readRunExport(file)), next: 0 };
    }
    const { reading } = this;
    if (index !== 'end' && (reading?.file !== file || reading.next !== index)) {
      throw new LabError(
        'import/lost',
        'The engine that was reading the run has ended, or reads another one.',
        {
          hint: 'Import it again.',
        },
      );
    }
    const next = index === 'end' ? undefined : reading?.parts.next();
    if (reading !== null && next?.done === false) {
      reading.next++;
      return next.value;
    }
    this.reading = null;
    return null;
  }
}

async function readText(file: string): Promise<string> {
  const name = basename(file);
  const handle = await open(file).catch((cause: unknown) => {
    throw new LabError('import/unreadable', `"${name}" cannot be opened: ${messageOf(cause)}`, {
      hint: 'Check that it is still there and that you may read it.',
      cause,
    });
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) {
      throw new LabError('import/not-a-run', `Expected a file, and "${name}" is none.`, {
        hint: 'Give a file that "Export as JSON" or `gradient-lab export RUN --format json` has made.',
      });
    }
    if (stat.size > MOST_RUN_FILE_BYTES) {
      throw new LabError(
        'import/too-large',
        `Expected at most ${MOST_RUN_FILE_BYTES / 1e6} MB, and "${name}" has ${Math.ceil(stat.size / 1e6)} MB.`,
        { hint: 'An exported run holds points, not checkpoints: this file is something else.' },
      );
    }
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LabError('import/not-json', `Expected a run as JSON, got: ${messageOf(error)}`, {
      hint: 'Give a file that "Export as JSON" or `gradient-lab export RUN --format json` has made.',
      cause: error,
    });
  }
}

function histogramOf({ min, max, mean, deviation, counts, ...rest }: ExportedHistogram): TensorHistogram {
  return {
    ...rest,
    min: Number(min),
    max: Number(max),
    mean: Number(mean),
    deviation: Number(deviation),
    counts: Int32Array.from(counts),
  };
}
