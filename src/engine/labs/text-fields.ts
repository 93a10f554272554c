/** Settings that labs of texts share: how a text becomes a row of numbers, and how rows share a batch. */
import { RANDOM_VECTORS } from '../../shared/vectors.ts';
import { BATCHINGS, KEEPS, TOKENIZERS, type Batching, type TextEncoding } from '../../shared/texts.ts';

export const TEXT_FIELDS = {
  data: {
    kind: 'data set',
    label: 'Data set',
    group: 'Data',
    help: 'Texts with one label each; the made-up reviews need no download.',
    default: 'imdb',
    suggested: ['imdb', 'made-up-reviews'],
  },
  tokenizer: {
    kind: 'choice',
    label: 'Tokens',
    group: 'Data',
    help: 'What one step of the network reads: a word, a character, or a piece learnt by byte-pair encoding.',
    default: 'word',
    choices: TOKENIZERS,
  },
  vocabularySize: {
    kind: 'integer',
    label: 'Vocabulary',
    group: 'Data',
    help: 'The most frequent tokens that are told apart, four special ones included; all others are read as unknown.',
    default: 20_000,
    min: 5,
    max: 200_000,
    unit: 'tokens',
  },
  length: {
    kind: 'integer',
    label: 'Longest text',
    group: 'Data',
    help: 'Tokens of a text that are read; what is longer is cut.',
    default: 200,
    min: 1,
    max: 4096,
    unit: 'tokens',
  },
  keep: {
    kind: 'choice',
    label: 'Keep of a long text',
    group: 'Data',
    help: 'Its first tokens, or its last: reviews tend to end with the verdict.',
    default: 'last',
    choices: KEEPS,
  },
  batching: {
    kind: 'choice',
    label: 'Padding',
    group: 'Run',
    help: 'Rows are padded to the longest text that is read, or to the longest of the batch; packed, the longest come first, so that masked padding is passed over; or texts of like length share a batch.',
    default: 'packed',
    choices: BATCHINGS,
  },
} as const;

/** Where the table of word vectors begins, for labs that say in `wordVectors` which weight it is. */
export const VECTORS_FIELDS = {
  vectors: {
    kind: 'vectors',
    label: 'Word vectors',
    group: 'Model',
    help: 'Where they start: at random, or from a file of word vectors that was imported; then its width counts.',
    default: RANDOM_VECTORS,
  },
} as const;

/** What is held out of the training texts, and when it ends a run. */
export const HOLD_OUT_FIELDS = {
  validationShare: {
    kind: 'number',
    label: 'Validation share',
    group: 'Data',
    help: 'Share of the training texts held out to watch for overfitting.',
    default: 0.05,
    min: 0,
    max: 0.5,
  },
  patience: {
    kind: 'integer',
    label: 'Patience',
    group: 'Run',
    help: 'Stops after this many epochs without a lower validation loss; 0 never does.',
    default: 0,
    min: 0,
    max: 1000,
    unit: 'epochs',
  },
} as const;

interface TextConfig extends TextEncoding {
  readonly batching: Batching;
}

/** The encoding that a lab's settings ask for. */
export function encodingOf({ tokenizer, vocabularySize, length, keep }: TextConfig): TextEncoding {
  return { tokenizer, vocabularySize, length, keep };
}
