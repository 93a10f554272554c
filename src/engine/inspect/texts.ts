/** Texts of a data set with what an encoding makes of them: pages for a list, and one text with its tokens. */
import { SPLIT_NAMES, type SplitName } from '../../shared/data.ts';
import { LabError } from '../../shared/errors.ts';
import type { TextDetail, TextEncoding, TextPage, TextQuery } from '../../shared/texts.ts';
import { numbersOf, textsOf, type LoadedDataSet, type Split, type Texts } from '../data/index.ts';
import { checkEncoding, encoderFor, inBreaths, type Encoder } from '../text/index.ts';
import { isWhole } from './images.ts';
import { Lru } from './lru.ts';
import { plainSnippet, snippetOf } from './texts-snippet.ts';
import { twinsOf } from './texts-twins.ts';

const MOST_PAGE = 1000;
/** Bytes of token counts and of found rows: some dozen data sets of 50,000. */
const LIMIT_BYTES = 16 * 1024 * 1024;

/** What is known of the texts of one split under one encoding. */
export interface CountedSplit {
  /** Tokens of each whole text: [n]. */
  readonly totals: Int32Array;
  /** Tokens of all texts that the vocabulary does not have. */
  readonly unknown: number;
}

/** Encoders, token counts and found rows, as long as they are asked for. */
export class TextViews {
  private readonly encoders = new Lru<Encoder>({ limit: 4, weigh: () => 1 });
  private readonly counts = new Lru<CountedSplit>({
    limit: LIMIT_BYTES,
    weigh: ({ totals }) => totals.byteLength,
  });
  private readonly found = new Lru<Int32Array>({
    limit: LIMIT_BYTES,
    weigh: (rows) => rows.byteLength,
  });

  /** The encoder of `encoding` for these texts. Throws `text/encoding`, `data/no-feature`, `call/cancelled`. */
  async encoder(data: LoadedDataSet, encoding: TextEncoding, signal: AbortSignal): Promise<Encoder> {
    const checked = checkEncoding(encoding);
    const key = keyOf(data, checked);
    const known = this.encoders.get(key);
    if (known !== undefined) return known;
    const encoder = await encoderFor(data, checked, signal);
    this.encoders.set(key, encoder);
    return encoder;
  }

  /** The tokens of each text of a split. Throws what `encoder` throws, and `data/no-split`. */
  async count(
    data: LoadedDataSet,
    name: SplitName,
    encoding: TextEncoding,
    signal: AbortSignal,
  ): Promise<CountedSplit> {
    const texts = textsOf(splitOf(data, name));
    // Neither where a row ends nor which end of a text it keeps changes what is counted.
    const { tokenizer, vocabularySize } = checkEncoding(encoding);
    const key = JSON.stringify([name, data.sha256, tokenizer, vocabularySize]);
    const known = this.counts.get(key);
    if (known !== undefined) return known;
    const encoder = await this.encoder(data, encoding, signal);
    const totals = new Int32Array(texts.length);
    let unknown = 0;
    await inBreaths(texts, signal, (from, to) => {
      const rows = encoder.count(texts, from, to);
      totals.set(rows.totals, from);
      unknown += rows.unknown;
    });
    const counted = { totals, unknown };
    this.counts.set(key, counted);
    return counted;
  }

  /** The page that `query` asks for; beyond the last text it is empty. Throws `data/page`, `data/class`, what `count` throws. */
  async page(data: LoadedDataSet, query: TextQuery, signal: AbortSignal): Promise<TextPage> {
    const { split: name, encoding, offset, count, search } = query;
    if (!isWhole(offset, 0, Infinity) || !isWhole(count, 1, MOST_PAGE)) {
      throw new LabError(
        'data/page',
        `Expected 1 to ${MOST_PAGE} texts from number 0 or later, got ${count} from ${offset}.`,
        { hint: 'Ask for a smaller page.' },
      );
    }
    const split = splitOf(data, name);
    const [texts, labels] = [textsOf(split), numbersOf(split, 'label')];
    const { totals } = await this.count(data, name, encoding, signal);
    const filter = [query.label, search, query.minTokens, query.maxTokens];
    const key = JSON.stringify([name, keyOf(data, encoding), filter]);
    const rows = this.found.get(key) ?? (await findRows(data, texts, labels, totals, query, signal));
    this.found.set(key, rows);
    const indices = rows.slice(Math.min(offset, rows.length), Math.min(offset + count, rows.length));
    return {
      total: rows.length,
      indices,
      labels: Int32Array.from(indices, (row) => labels[row] as number),
      lengths: Int32Array.from(indices, (row) => totals[row] as number),
      snippets: Array.from(indices, (row) => snippetOf(texts.at(row), search)),
    };
  }

  /** One text with its tokens. Throws `data/index`, what `encoder` throws, and `data/no-split`. */
  async detail(
    data: LoadedDataSet,
    { split: name, index }: { readonly split: SplitName; readonly index: number },
    encoding: TextEncoding,
    signal: AbortSignal,
  ): Promise<TextDetail> {
    const split = splitOf(data, name);
    if (!isWhole(index, 0, split.examples - 1)) {
      throw new LabError(
        'data/index',
        `Expected a text from 0 to ${split.examples - 1} of the ${name} split of "${data.info.id}", got ${index}.`,
        { hint: 'Texts are counted from 0.' },
      );
    }
    const encoder = await this.encoder(data, encoding, signal);
    return {
      index,
      label: numbersOf(split, 'label')[index] as number,
      twins: await twinsOf(data, { split: name, index }, signal),
      ...encoder.tokenize(textsOf(split).at(index)),
    };
  }

  dispose(): void {
    this.encoders.clear();
    this.counts.clear();
    this.found.clear();
  }
}

/** A split by name. Throws `data/no-split`. */
export function splitOf({ info, splits }: LoadedDataSet, name: SplitName): Split {
  const split = splits[name];
  if (split !== undefined) return split;
  const there = SPLIT_NAMES.filter((candidate) => splits[candidate] !== undefined);
  throw new LabError('data/no-split', `The data set "${info.id}" has no ${name} split.`, {
    hint: `It has ${there.join(' and ')}.`,
  });
}

function keyOf({ sha256 }: LoadedDataSet, { tokenizer, vocabularySize, length, keep }: TextEncoding): string {
  return JSON.stringify([sha256, tokenizer, vocabularySize, length, keep]);
}

/** The numbers of the texts that fit the filter, ascending. */
async function findRows(
  { info }: LoadedDataSet,
  texts: Texts,
  labels: ArrayLike<number>,
  totals: Int32Array,
  { label, search, minTokens, maxTokens }: TextQuery,
  signal: AbortSignal,
): Promise<Int32Array> {
  if (label !== null && !isWhole(label, 0, info.classes.length - 1)) {
    throw new LabError(
      'data/class',
      `Expected a class from 0 to ${info.classes.length - 1} of "${info.id}", got ${label}.`,
      { hint: `Its classes are ${info.classes.join(', ')}.` },
    );
  }
  const wanted = plainSnippet(search).toLowerCase();
  // Between several words there may be a line end, and a tag is nothing to be found.
  const plain =
    wanted.includes(' ') || '<br />'.includes(wanted) ? plainSnippet : (text: string): string => text;
  const rows: number[] = [];
  await inBreaths(texts, signal, (from, to) => {
    for (let row = from; row < to; row++) {
      const total = totals[row] as number;
      if (label !== null && labels[row] !== label) continue;
      if (total < (minTokens ?? 0) || total > (maxTokens ?? Infinity)) continue;
      if (wanted !== '' && !plain(texts.at(row)).toLowerCase().includes(wanted)) continue;
      rows.push(row);
    }
  });
  return Int32Array.from(rows);
}
