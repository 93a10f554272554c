/** One run reading a text: its words, what it says after each, and the numbers that colour them. Pure arithmetic. */
import type { TextOcclusion, TextReading, TextSaliency } from '../../../shared/text-inspect.ts';
import { keptWordsOf, type Word } from '../../data/text/words.ts';
import { changesOf, effectsOf, probabilityOf } from './word-values.ts';

export const COLOURINGS = [
  {
    value: 'change',
    label: 'Change',
    isShare: true,
    meaning: 'By how much each word changes what the model says, as it reads.',
  },
  {
    value: 'without',
    label: 'Left out',
    isShare: true,
    meaning: 'By how much less sure it would be if the word were not there.',
  },
  {
    value: 'product',
    label: 'Gradient × input',
    isShare: false,
    meaning: 'The gradient of the class at each word, times its embedding.',
  },
  {
    value: 'gradient',
    label: 'Gradient',
    isShare: false,
    meaning: 'The length of the gradient: how much a small change of the word would matter.',
  },
] as const;
export type Colouring = (typeof COLOURINGS)[number]['value'];

export interface Reader {
  /** The run's name. */
  readonly title: string;
  /** A token. */
  readonly colour: string;
  readonly words: readonly Word[];
  /** The probability of the class in question after each word: [words]. */
  readonly probabilities: Float32Array;
  /** Of each class, in the end: [classes]. */
  readonly answer: Float32Array;
  readonly changes: Float32Array;
  /** Without each word; null while it is not known. */
  readonly effects: Float32Array | null;
  /** What colours the words; null while it is not known. */
  readonly values: Float32Array | null;
}

export function readerOf({
  title,
  colour,
  label,
  colouring,
  reading,
  saliency,
  occlusion,
}: {
  readonly title: string;
  readonly colour: string;
  readonly label: number;
  readonly colouring: Colouring;
  readonly reading: TextReading;
  readonly saliency: TextSaliency | null;
  readonly occlusion: TextOcclusion | null;
}): Reader {
  const classes = reading.classes.length;
  const words = keptWordsOf(reading.tokenized);
  const probabilities = probabilityOf(reading.probabilities, classes, label);
  const changes = changesOf(probabilities);
  // Answers come one after another: one for an older text has another number of words.
  const fitting = (values: Float32Array | undefined): Float32Array | null =>
    values?.length === words.length ? values : null;
  const without = occlusion === null ? undefined : probabilityOf(occlusion.probabilities, classes, label);
  const known = fitting(without);
  const effects = known === null ? null : effectsOf(probabilities.at(-1) ?? Number.NaN, known);
  const gradient = saliency?.label === label ? saliency : null;
  const values: Readonly<Record<Colouring, Float32Array | null>> = {
    change: changes,
    without: effects,
    product: fitting(gradient?.product),
    gradient: fitting(gradient?.length),
  };
  return {
    title,
    colour,
    words,
    probabilities,
    answer: reading.probabilities.slice(reading.probabilities.length - classes),
    changes,
    effects,
    values: values[colouring],
  };
}

/** The number of the word at a place in the text, or null where there is none. */
export function tokenAt(words: readonly Word[], place: number | null): number | null {
  if (place === null) return null;
  const found = words.findIndex(({ start, end }) => place >= start && place < end);
  return found === -1 ? null : found;
}
