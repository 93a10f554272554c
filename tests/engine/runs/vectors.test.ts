import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { labById } from '../../../src/engine/labs/index.ts';
import { evaluateModel, executeRun, planVectors } from '../../../src/engine/runs/index.ts';
import { checkpointsOf } from '../../../src/engine/runs/store.ts';
import { binding, startRuntime, tf } from '../../../src/engine/runtime/index.ts';
import { readEncoderFile } from '../../../src/engine/text/index.ts';
import { TrainingControl } from '../../../src/engine/training/index.ts';
import { importVectors, removeVectors } from '../../../src/engine/vectors/index.ts';
import type { EngineRunEvent, RunTask } from '../../../src/shared/engine-protocol.ts';
import { resolveConfig } from '../../../src/shared/fields.ts';
import type { LabId } from '../../../src/shared/labs.ts';
import { startLine } from '../../../src/shared/start.ts';
import { errorOf, tempHome } from '../data/helpers.ts';

beforeAll(() => startRuntime());

/** "the" twice: the first counts. No text has "absent", and "Never" is none of its words either. */
const WORDS = ['the', 'absent', 'never', 'Never', 'felt', 'the'];
const vectorOf = (i: number): number[] => [i + 0.5, -i, 0.25 * i];

let runs = '';
beforeEach(async () => {
  const home = join(tempHome(), '..');
  runs = join(home, 'runs');
  const file = join(home, 'tiny.txt');
  writeFileSync(file, WORDS.map((word, i) => `${word} ${vectorOf(i).join(' ')}\n`).join(''));
  await importVectors(file);
});

function taskOf(id: string, lab: LabId, settings: Record<string, number | string> = {}): RunTask {
  const small = {
    data: 'made-up-reviews',
    vocabularySize: 120,
    length: 12,
    units: 4,
    batchSize: 300,
    batching: 'fixed',
  };
  const config = { ...small, epochs: 1, vectors: 'tiny', embedding: 7, ...settings };
  return {
    ...{ id, lab, seed: 1, device: 'cpu', plan: 'graph', threads: 0, dataSet: null, origin: null },
    ...{ folder: join(runs, id), mayReplaceData: false, checkpointSeconds: 1000 },
    config: resolveConfig(labById(lab).fields, config),
  };
}

type Begun = Extract<EngineRunEvent, { kind: 'begun' }>;

/** Runs to its end, or to about step `stopAt`; with what it said at its beginning. */
async function execute(task: RunTask, { resume = false, stopAt = Infinity } = {}) {
  const control = new TrainingControl();
  let begun: Begun | undefined;
  const onEvent = (event: EngineRunEvent): void => {
    if (event.kind === 'begun') begun = event;
    if (event.kind === 'steps' && event.step >= stopAt) control.stop();
  };
  const end = await executeRun(task, { resume, control, onEvent });
  return { end, begun: begun as Begun };
}

/** A table of the newest checkpoint, and its rows by word. */
function tableOf(id: string, tensor: string): { shape: readonly number[]; row: (word: string) => number[] } {
  const found = checkpointsOf(join(runs, id)).latest()?.tensors[tensor];
  if (found === undefined) throw new Error(`No tensor ${tensor}.`);
  const values = new Float32Array(found.bytes.slice().buffer);
  const width = found.shape[1] as number;
  const { vocabulary } = readEncoderFile(join(runs, id, 'vocabulary.json'));
  return {
    shape: found.shape,
    row: (word) => {
      const id = vocabulary.entries.indexOf(word);
      expect(id).toBeGreaterThanOrEqual(0);
      return [...values.subarray(id * width, (id + 1) * width)];
    },
  };
}

const TABLES = [
  ['imdb-lstm', {}, 'parameters/embedding/embeddings'],
  ['imdb-lstm', { embeddings: 'frozen' }, 'buffers/embedding/embeddings'],
  ['imdb-rnn', {}, 'parameters/embedding'],
] as const;

describe('a run that starts with word vectors', () => {
  it.each(TABLES)(
    'has them for its words, and its own at random elsewhere (%s %o)',
    async (lab, settings, tensor) => {
      const still = { ...settings, learningRate: 0 };
      const { begun, end } = await execute(taskOf('given', lab, still));
      await execute(taskOf('fresh', lab, { ...still, vectors: 'random', embedding: 3 }));
      const [given, fresh] = [tableOf('given', tensor), tableOf('fresh', tensor)];
      expect(given.shape).toEqual([120, 3]); // the file's width, whatever the settings said
      expect(begun.config['embedding']).toBe(3);
      expect(given.row('the')).toEqual([0.5, 0, 0]);
      expect(given.row('felt')).toEqual([4.5, -4, 1]);
      for (const word of ['<pad>', '<unk>', 'but']) expect(given.row(word)).toEqual(fresh.row(word));
      expect(begun.start).toEqual({
        origin: { kind: 'vectors', id: 'tiny', source: 'tiny.txt', words: 116, covered: 3 },
        layers: [{ name: 'embedding', weights: 9, taken: true, why: null }],
        unused: [],
        frozen: settings === TABLES[1][1],
      });
      expect(startLine(begun.start as never)).toBe(
        `Started from the word vectors tiny, imported from tiny.txt: 3 of 116 words have a vector there (2.6 %), the others begin at random; all are ${settings === TABLES[1][1] ? 'frozen' : 'trained'}.`,
      );
      const { config, seed, folder } = { ...taskOf('given', lab, still), config: begun.config };
      const ref = { lab, config, seed, folder, dataSet: begun.dataSet };
      const { values } = await evaluateModel('given', ref, 'test', {});
      expect(values['loss']).toBe(end.metrics.test['loss']);
    },
  );

  it('trains them, or leaves them as they are', async () => {
    const settings = { learningRate: 0.01 };
    await execute(taskOf('trained', 'imdb-lstm', settings));
    await execute(taskOf('frozen', 'imdb-lstm', { ...settings, embeddings: 'frozen' }));
    expect(tableOf('trained', 'parameters/embedding/embeddings').row('felt')).not.toEqual([4.5, -4, 1]);
    expect(tableOf('frozen', 'buffers/embedding/embeddings').row('felt')).toEqual([4.5, -4, 1]);
  });

  it.each(TABLES)('goes on without them, bit for bit (%s %o)', async (lab, settings) => {
    const two = { ...settings, epochs: 2 };
    const { end: whole } = await execute(taskOf('whole', lab, two));
    for (const id of ['later', 'at once']) await execute(taskOf(id, lab, two), { stopAt: 8 });
    await removeVectors('tiny');
    const { end, begun } = await execute(taskOf('later', lab, two), { resume: true });
    expect(end.weightsSha256).toBe(whole.weightsSha256);
    expect(end.metrics).toEqual(whole.metrics);
    expect([begun.fromStep > 0, begun.start, begun.config['embedding']]).toEqual([true, null, 3]);
    // Killed before its first checkpoint: what it took is in its folder.
    rmSync(join(runs, 'at once', 'checkpoints'), { recursive: true });
    const again = await execute(taskOf('at once', lab, two), { resume: true });
    expect(again.end.weightsSha256).toBe(whole.weightsSha256);
    expect(again.begun.start?.origin).toMatchObject({ id: 'tiny', covered: 3 });
  });

  it('leaves no tensors behind', async () => {
    await execute(taskOf('first', 'imdb-lstm'));
    const before = [binding().getNumOfTensors(), tf.memory().numTensors];
    await execute(taskOf('second', 'imdb-lstm'));
    expect([binding().getNumOfTensors(), tf.memory().numTensors]).toEqual(before);
  });

  it('says before what it would take', async () => {
    const { begun } = await execute(taskOf('run', 'imdb-lstm'));
    const { signal } = new AbortController();
    const { config } = taskOf('planned', 'imdb-lstm');
    expect(await planVectors(labById('imdb-lstm'), config, signal)).toEqual(begun.start);
  });
});

describe('word vectors that do not fit a run', () => {
  it.each([
    [{ tokenizer: 'character' }, 'vectors/tokens', /would read tokens of the kind "character"/],
    [{ vectors: 'other' }, 'vectors/unknown', /no word vectors called "other"/],
    [{ vocabularySize: 5 }, 'vectors/no-words', /None of the 1 words has a vector in "foreign"/],
  ])('are refused before its first step (%o)', async (settings, code, message) => {
    const file = join(runs, '..', 'foreign.txt');
    writeFileSync(file, 'fremd 1 2\n');
    await importVectors(file);
    const vectors = code === 'vectors/no-words' ? { vectors: 'foreign' } : {};
    const error = await errorOf(() => execute(taskOf('run', 'imdb-lstm', { ...vectors, ...settings })));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.hint).not.toBe('');
  });

  it('have a name, not a path', async () => {
    const error = await errorOf(() => taskOf('run', 'imdb-lstm', { vectors: '../tiny.txt' }));
    expect(error.message).toContain('Expected "random" or the name of imported word vectors for --vectors');
  });
});
