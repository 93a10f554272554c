/** Sets of word vectors, as the lab keeps them: imported from files of other programs, or made by a lab. */

export const VECTOR_FILE_KINDS = ['word2vec', 'word2vec-binary', 'glove'] as const;
/** Text with a line "words width" in front; the same with binary numbers; text without that line. */
export type VectorFileKind = (typeof VECTOR_FILE_KINDS)[number];

/** How a list calls them. */
export const VECTOR_FILE_LABELS: Readonly<Record<VectorFileKind, string>> = {
  word2vec: 'word2vec text',
  'word2vec-binary': 'word2vec binary',
  glove: 'GloVe text',
};

/** The value of a field of the kind 'vectors' for vectors that begin at random. */
export const RANDOM_VECTORS = 'random';

/** The set that a run's settings name; null where its word vectors begin at random, and for labs without. */
export function vectorsIn(config: Readonly<Record<string, unknown>>): string | null {
  const name = config['vectors'];
  return typeof name === 'string' && name !== RANDOM_VECTORS ? name : null;
}

/** Names of sets: lower-case words with single hyphens. */
export const VECTORS_ID = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Numbers of a vector at most; the labs' embeddings take no more. */
export const MOST_VECTOR_WIDTH = 1024;

export interface WordVectors {
  /** Lower-case words with hyphens; unique among the sets. */
  readonly id: string;
  readonly kind: VectorFileKind;
  /** The name of the file that they came from, without its folder. */
  readonly source: string;
  /** Of the words and vectors as they are kept. */
  readonly sha256: string;
  /** Milliseconds since 1970. */
  readonly importedAt: number;
  readonly words: number;
  /** Numbers of each vector. */
  readonly width: number;
  /** Words of the file that came again, of which the first is kept, and words that are empty or no UTF-8. */
  readonly repeated: number;
  readonly unreadable: number;
}

/** "Left out: 2 repeated, 1 empty or not UTF-8."; null where nothing was. */
export function leftOutText({ repeated, unreadable }: WordVectors): string | null {
  const parts = [
    ...(repeated > 0 ? [`${repeated.toLocaleString('en')} repeated`] : []),
    ...(unreadable > 0 ? [`${unreadable.toLocaleString('en')} empty or not UTF-8`] : []),
  ];
  return parts.length === 0 ? null : `Left out: ${parts.join(', ')}.`;
}
