/**
 * Texts of a data set as the app shows them: how they become numbers, pages of them, one in detail, padding, statistics, and
 * what an import finds in a file before it is imported.
 *
 * Places in a text count UTF-16 units, as JavaScript's strings do. Arrays with one value a token run side by side.
 */
import type { SplitName } from './data.ts';

export const TOKENIZERS = ['word', 'character', 'bpe'] as const;
/** What a token is: a word, a character, or a piece that byte-pair encoding has learnt from the training split. */
export type TokenizerKind = (typeof TOKENIZERS)[number];

export const KEEPS = ['first', 'last'] as const;

/** How texts become rows of numbers. */
export interface TextEncoding {
  readonly tokenizer: TokenizerKind;
  /** The most entries of the vocabulary, the four special ones included; 5 to 200,000. */
  readonly vocabularySize: number;
  /** Tokens of a row, 1 to 4,096: shorter texts are padded at their end, longer ones cut. */
  readonly length: number;
  /** Which end of a text that is too long stays. */
  readonly keep: (typeof KEEPS)[number];
}

/** The first ids of every vocabulary, in this order. */
export const SPECIAL_TOKENS = ['<pad>', '<unk>', '<bos>', '<eos>'] as const;
export const PAD_ID = 0;
export const UNKNOWN_ID = 1;
export const BEGIN_ID = 2;
export const END_ID = 3;

/** In a run's folder: the vocabulary by which its model reads, from the run's start. */
export const VOCABULARY_FILE = 'vocabulary.json';

/** Texts of a split that fit a filter. */
export interface TextQuery {
  readonly dataSet: string;
  readonly split: SplitName;
  readonly encoding: TextEncoding;
  /** Only this class; null: all. */
  readonly label: number | null;
  /** Only texts that hold this, whatever its case; '': all. */
  readonly search: string;
  /** Only texts of so many tokens, both included; null: no bound. */
  readonly minTokens: number | null;
  readonly maxTokens: number | null;
  readonly offset: number;
  /** 1 to 1,000. */
  readonly count: number;
}

export interface TextPage {
  /** Texts that fit the filter. */
  readonly total: number;
  /** Their numbers in the split: [n]. */
  readonly indices: Int32Array;
  readonly labels: Int32Array;
  /** Tokens of the whole text, before anything is cut: [n]. */
  readonly lengths: Int32Array;
  /** About 200 characters: the text's beginning, or the surroundings of what was searched for. Line ends are spaces. */
  readonly snippets: readonly string[];
}

/** A text and its tokens. */
export interface TokenizedText {
  readonly text: string;
  /** Token k is `text.slice(starts[k], ends[k])`; tokens do not overlap, and what lies between them is no token. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** What the vocabulary calls each token: a word in lower case, a character, a piece. */
  readonly pieces: readonly string[];
  /** Ids; `UNKNOWN_ID` for what is not in the vocabulary. */
  readonly ids: Int32Array;
  /** The tokens from `keptFrom` up to `keptTo` are what the model reads; the others are cut off. */
  readonly keptFrom: number;
  readonly keptTo: number;
}

/** One text of a data set. */
export interface TextDetail extends TokenizedText {
  readonly index: number;
  readonly label: number;
  /** Numbers of the texts with exactly these bytes, this one left out; at most 20 of each split. */
  readonly twins: readonly { readonly split: SplitName; readonly index: number; readonly label: number }[];
}

/**
 * How rows of different lengths share a batch: all of the encoding's length; as long as the batch's longest; that too, with the rows
 * in order of length, so that recurrent layers pass over padding; or grouped by length.
 */
export const BATCHINGS = ['fixed', 'longest', 'packed', 'bucketed'] as const;
export type Batching = (typeof BATCHINGS)[number];

/** One batch: its rows are `width` tokens long, of which `lengths` are the text's. */
export interface PaddedBatch {
  readonly indices: Int32Array;
  readonly lengths: Int32Array;
  readonly width: number;
}

/** How an epoch of the training split is padded. */
export interface TextPadding {
  /** The first batches of an epoch, in order. */
  readonly batches: readonly PaddedBatch[];
  /** Share of the whole epoch's places that hold padding, for each way of batching; 'packed': of those that recurrent layers compute. */
  readonly waste: Readonly<Record<Batching, number>>;
  /** Row lengths that occur in the whole epoch, ascending: one compiled step each. */
  readonly widths: Readonly<Record<Batching, readonly number[]>>;
}

/** What the vocabulary of a given size covers. */
export interface CoveragePoint {
  /** Entries, the special ones not counted. */
  readonly entries: number;
  /** Share of all tokens of the training split, and of the test split, that are in it. */
  readonly train: number;
  readonly test: number;
}

export interface TextLengths {
  readonly shortest: number;
  readonly longest: number;
  readonly mean: number;
  readonly median: number;
  /** Nine texts of ten are no longer. */
  readonly p90: number;
  /** Texts by length: bin k counts those of k x binWidth to (k + 1) x binWidth - 1 tokens. */
  readonly binWidth: number;
  readonly bins: Int32Array;
}

export interface TextStatistics {
  /** For each split, texts of each class. */
  readonly classCounts: Readonly<Partial<Record<SplitName, Int32Array>>>;
  readonly lengths: Readonly<Partial<Record<SplitName, TextLengths>>>;
  /** Different tokens of the training split. */
  readonly distinct: number;
  /** Entries that the encoding's vocabulary has, the special ones included. */
  readonly vocabulary: number;
  /** By rising number of entries; the last point has every token of the training split. */
  readonly coverage: readonly CoveragePoint[];
  /** Share of tokens that the encoding's vocabulary does not have, and of texts that its length cuts. */
  readonly unknownShare: Readonly<Partial<Record<SplitName, number>>>;
  readonly truncatedShare: Readonly<Partial<Record<SplitName, number>>>;
  /** The most frequent tokens of the training split, falling, with their count in each class: at most 200. */
  readonly frequent: readonly {
    readonly piece: string;
    readonly count: number;
    readonly byClass: Int32Array;
  }[];
  readonly duplicates: {
    /** Texts of each split that were there before in the same split. */
    readonly within: Readonly<Partial<Record<SplitName, number>>>;
    /** Texts of the test and validation splits that the training split has too. */
    readonly across: Readonly<Partial<Record<SplitName, number>>>;
    /** Texts, of all splits, that occur with different labels. */
    readonly contradictory: number;
  };
}

export const TEXT_FORMATS = ['csv', 'tsv', 'jsonl', 'folder'] as const;
/** A table with a delimiter, one JSON record a line, or a folder with a folder of .txt files for each class. */
export type TextFormat = (typeof TEXT_FORMATS)[number];

export const TEXT_CHARSETS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type TextCharset = (typeof TEXT_CHARSETS)[number];

/** How a person's own texts are read. What is left out is found out from the file. */
export interface TextOptions {
  /** Names of columns or fields; of a table without a header "1", "2" and so on. */
  readonly textColumn?: string | undefined;
  readonly labelColumn?: string | undefined;
  /** A column that tells each row's number or name; rows that repeat one are left out. '': there is none. */
  readonly idColumn?: string | undefined;
  /** Of a table: one character. */
  readonly delimiter?: string | undefined;
  /** Of a table: whether its first row names the columns. */
  readonly header?: boolean | undefined;
  readonly charset?: TextCharset | undefined;
  /** Share of each class that is drawn for testing, 0 to 0.9, where no folders say it themselves; default 0.2. */
  readonly testShare?: number | undefined;
  /** What the draw depends on, with the texts; default 0. */
  readonly seed?: number | undefined;
}

/** A row that cannot be used, and why. */
export interface RowProblem {
  /** "line 17", or the name of a file. */
  readonly name: string;
  readonly problem: string;
}

/** The beginning of a file of texts, before it is imported. */
export interface TextPreview {
  readonly format: TextFormat;
  /** Null for a folder: each file's own is found out. */
  readonly charset: TextCharset | null;
  /** Of a table; null otherwise. */
  readonly delimiter: string | null;
  readonly header: boolean;
  readonly columns: readonly string[];
  /** The first rows, at most 20; long values are cut at 500 characters. */
  readonly rows: readonly (readonly string[])[];
  /** What looks like the texts and the labels; null where nothing does. */
  readonly textColumn: string | null;
  readonly labelColumn: string | null;
  readonly idColumn: string | null;
  /** Classes among the rows that were looked at, with their numbers of rows there, most frequent first; at most 256. */
  readonly classes: readonly { readonly name: string; readonly rows: number }[];
  /** Rows, or files of a folder, that were looked at: all of a short file. */
  readonly looked: number;
  readonly isWhole: boolean;
  /** Of the file, or of a folder's files that were looked at. */
  readonly bytes: number;
  /** Rows among those looked at that cannot be used, at most 20. */
  readonly problems: readonly RowProblem[];
}
