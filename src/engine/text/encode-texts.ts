/** A data set of texts as one of numbers. */
import { SPLIT_NAMES, type SplitName } from '../../shared/data.ts';
import { numbersOf, textsOf, type LoadedDataSet, type Split } from '../data/index.ts';
import { inBreaths } from './count-pieces.ts';
import type { Encoder } from './encoder.ts';

/** What the encoding leaves of a split. */
export interface SplitReport {
  /** Tokens of each whole text, before anything was cut: [n]. */
  readonly lengths: Int32Array;
  /** Share of all tokens that the vocabulary has, and that it has not: together 1. */
  readonly coverage: number;
  readonly unknownShare: number;
  /** Share of the texts that are longer than a row. */
  readonly truncatedShare: number;
}

export interface EncodedTexts {
  /**
   * The same examples with the features `tokens`, int32 [n, length], padded with 0 at the end; `length`, int32 [n], 1 to `length`: the
   * tokens of a row that are no padding; and `label`, int32 [n]. Its hash is that of the texts.
   */
  readonly data: LoadedDataSet;
  readonly report: Readonly<Partial<Record<SplitName, SplitReport>>>;
}

/**
 * Encodes every split as `encoder` does, whatever it was made of: a run that goes on reads as it did before. Throws a LabError:
 * `data/no-feature` where there are no texts, `call/cancelled`.
 */
export async function encodeWith(
  data: LoadedDataSet,
  encoder: Encoder,
  signal?: AbortSignal,
): Promise<EncodedTexts> {
  const splits: Record<string, Split> = {};
  const report: Partial<Record<SplitName, SplitReport>> = {};
  for (const name of SPLIT_NAMES) {
    const split = data.splits[name];
    if (split === undefined) continue;
    const encoded = await encodeSplit(split, encoder, signal);
    splits[name] = encoded.split;
    report[name] = encoded.report;
  }
  const { length } = encoder.encoding;
  const info: LoadedDataSet['info'] = {
    ...data.info,
    features: [
      { name: 'tokens', dtype: 'int32', shape: [length] },
      { name: 'length', dtype: 'int32', shape: [] },
      { name: 'label', dtype: 'int32', shape: [] },
    ],
  };
  return { data: { info, splits, sha256: data.sha256 }, report };
}

async function encodeSplit(
  split: Split,
  encoder: Encoder,
  signal: AbortSignal | undefined,
): Promise<{ split: Split; report: SplitReport }> {
  const texts = textsOf(split);
  const { length } = encoder.encoding;
  const n = texts.length;
  const tokens = new Int32Array(n * length);
  const lengths = new Int32Array(n);
  const totals = new Int32Array(n);
  let unknown = 0;
  await inBreaths(texts, signal, (from, to) => {
    const rows = encoder.encode(texts, from, to);
    tokens.set(rows.tokens, from * length);
    lengths.set(rows.lengths, from);
    totals.set(rows.totals, from);
    unknown += rows.unknown;
  });
  const all = totals.reduce((sum, total) => sum + total, 0);
  const unknownShare = unknown / all;
  return {
    split: {
      examples: n,
      features: {
        tokens: { dtype: 'int32', shape: [n, length], data: tokens },
        length: { dtype: 'int32', shape: [n], data: lengths },
        label: { dtype: 'int32', shape: [n], data: Int32Array.from(numbersOf(split, 'label')) },
      },
    },
    report: {
      lengths: totals,
      coverage: 1 - unknownShare,
      unknownShare,
      truncatedShare: totals.reduce((sum, total) => sum + (total > length ? 1 : 0), 0) / n,
    },
  };
}
