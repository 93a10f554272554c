/** A run that reads texts, ready to be asked: its weights, its vocabulary, and texts as the rows that it was trained on. */
import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Config } from '../../shared/fields.ts';
import type { ModelRef } from '../../shared/engine-protocol.ts';
import { LabError } from '../../shared/errors.ts';
import { MOST_CHARACTERS } from '../../shared/text-inspect.ts';
import type { TokenizedText } from '../../shared/texts.ts';
import type { Texts } from '../data/index.ts';
import { tf, type Tensor } from '../runtime/index.ts';
import { inBreaths, readEncoderFile, VOCABULARY_FILE, type Encoder } from '../text/index.ts';
import { mapParameters, type Weights } from '../training/index.ts';
import { throwIfCancelled } from './cancel.ts';
import type { Inspectable, SequenceInspection } from './inspectable.ts';
import { Lru } from './lru.ts';
import type { Model } from './models.ts';
import { mismatch } from './predict.ts';

/** Rows times tokens of one call: a few tenths of a second, so that the engine's other work goes on in between. */
const MOST_PLACES = 65_536;
/** Vocabularies that stay in memory; one of 20,000 words takes about 2 MB. */
const MOST_VOCABULARIES = 8;

export interface TextModel {
  readonly sequence: SequenceInspection;
  readonly encoder: Encoder;
  readonly config: Config;
  /** Of this question alone: the cache may let its own go while one waits. */
  readonly weights: Weights;
  readonly model: Model;
  readonly lab: Inspectable;
  dispose(): void;
}

export class Encoders {
  private readonly held = new Lru<{ readonly encoder: Encoder; readonly stamp: string }>({
    limit: MOST_VOCABULARIES,
    weigh: () => 1,
  });

  /** The vocabulary that lies in a run's folder. Throws `run/no-vocabulary`, `text/vocabulary`. */
  load({ folder }: Pick<ModelRef, 'folder'>): Encoder {
    const file = join(folder, VOCABULARY_FILE);
    if (!existsSync(file)) {
      throw new LabError('run/no-vocabulary', `The run ${basename(folder)} has no ${VOCABULARY_FILE}.`, {
        hint: 'Without its vocabulary a model cannot read. Train a new run.',
      });
    }
    const { mtimeMs, size } = statSync(file);
    const stamp = `${mtimeMs} ${size}`;
    const known = this.held.get(folder);
    if (known?.stamp === stamp) return known.encoder;
    const encoder = readEncoderFile(file);
    this.held.set(folder, { encoder, stamp });
    return encoder;
  }

  dispose(): void {
    this.held.clear();
  }
}

/** Throws `inspect/no-texts` for a lab that does not read. Whoever opens it disposes of it. */
export function openTextModel(
  lab: Inspectable,
  model: Model,
  loadEncoder: () => Encoder,
  config: Config,
): TextModel {
  const { sequence } = lab.inspect;
  if (sequence === undefined) {
    throw new LabError('inspect/no-texts', `The model of run ${model.run} does not read texts.`, {
      hint: 'Choose a run of a lab that classifies texts.',
    });
  }
  const encoder = loadEncoder();
  const weights = {
    parameters: mapParameters(model.parameters, (tensor) => tf.clone(tensor)),
    buffers: mapParameters(model.buffers, (tensor) => tf.clone(tensor)),
  };
  return { sequence, encoder, config, weights, model, lab, dispose: () => void tf.dispose(weights) };
}

/** The tokens of a text. Throws `inspect/text-length`, `inspect/no-words`. */
export function tokenize({ encoder }: Pick<TextModel, 'encoder'>, text: string): TokenizedText {
  if (text.length > MOST_CHARACTERS) {
    throw new LabError(
      'inspect/text-length',
      `Expected a text of at most ${MOST_CHARACTERS} characters, got ${text.length}.`,
      { hint: 'Take a part of it.' },
    );
  }
  if (!/[\p{L}\p{N}]/u.test(text)) {
    throw new LabError('inspect/no-words', 'Expected a text with at least one word, got none.', {
      hint: 'Write or paste a sentence.',
    });
  }
  return encoder.tokenize(text);
}

/** The ids that the model reads of a text's tokens: those that the row's length leaves. */
export function keptIds({ ids, keptFrom, keptTo }: TokenizedText): Int32Array {
  return ids.slice(keptFrom, keptTo);
}

/** Rows of ids, filled up with 0 to the longest: int32 [rows, time]. */
export function batchOf(rows: readonly Int32Array[]): Tensor {
  const time = rows.reduce((most, { length }) => Math.max(most, length), 1);
  const tokens = new Int32Array(rows.length * time);
  rows.forEach((ids, row) => tokens.set(ids, row * time));
  return tf.tensor(tokens, [rows.length, time], 'int32');
}

/**
 * Logits for rows of ids, [rows, classes], in as many calls as it takes. Throws `inspect/mismatch`, `call/cancelled`.
 */
export async function logitsOf(
  { lab, model, weights, config }: TextModel,
  rows: readonly Int32Array[],
  signal: AbortSignal,
): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for (const chunk of inChunks(rows)) {
    throwIfCancelled(signal);
    const logits = tf.tidy(() => {
      try {
        const length = tf.tensor(
          Int32Array.from(chunk, (ids) => ids.length),
          [chunk.length],
          'int32',
        );
        const x = lab.inspect.prepare({ tokens: batchOf(chunk), length });
        return lab.inspect.layers(weights, x, config).at(-1)?.tensor as Tensor;
      } catch (error) {
        throw mismatch(model, error);
      }
    });
    parts.push(logits.dataSync() as Float32Array);
    logits.dispose();
    await nextTurn();
  }
  const classes = (parts[0]?.length ?? 0) / (inChunks(rows).next().value?.length ?? 1);
  const all = new Float32Array(rows.length * classes);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Rows in their order, cut so that no part has too many places. */
export function* inChunks(rows: readonly Int32Array[]): Generator<readonly Int32Array[], undefined> {
  let from = 0;
  while (from < rows.length) {
    let to = from;
    let longest = 0;
    while (to < rows.length) {
      const next = Math.max(longest, rows[to]?.length ?? 0);
      if (to > from && next * (to - from + 1) > MOST_PLACES) break;
      longest = next;
      to++;
    }
    yield rows.slice(from, to);
    from = to;
  }
}

/** The rows of all texts of a split, as training has them: the ids that the length leaves. Throws `call/cancelled`. */
export async function rowsOfTexts(
  { encoder }: Pick<TextModel, 'encoder'>,
  texts: Texts,
  signal: AbortSignal,
): Promise<Int32Array[]> {
  const { length } = encoder.encoding;
  const rows: Int32Array[] = [];
  await inBreaths(texts, signal, (from, to) => {
    const { tokens, lengths } = encoder.encode(texts, from, to);
    lengths.forEach((kept, row) => rows.push(tokens.slice(row * length, row * length + kept)));
  });
  return rows;
}
