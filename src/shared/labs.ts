/** The ten labs: stable ids in commands, stored runs and addresses, and what a list says of each before it is opened. */
import type { Fields } from './fields.ts';

export const LAB_IDS = [
  'mnist-mlp',
  'diagnosing',
  'mnist-cnn',
  'cifar-resnet',
  'imdb-rnn',
  'imdb-lstm',
  'translation',
  'word2vec',
  'introspection',
  'self-supervised',
] as const;

export type LabId = (typeof LAB_IDS)[number];

/** A lab as the contents page lists it, built or not. */
export interface LabCard {
  readonly id: LabId;
  /** Its place among the ten, 1 to 10. */
  readonly number: number;
  readonly group: 'Foundations' | 'Vision' | 'Sequences' | 'Representations';
  readonly title: string;
  readonly summary: string;
  /** The data set's name for a person. */
  readonly dataSet: string;
}

/** All ten, in order. Which of them can be trained, the engine says (`LabInfo`). */
export const LAB_CARDS: readonly LabCard[] = [
  card(1, 'Foundations', 'Let the tensors flow', 'An MLP from low-level tensors; draw it a digit', 'MNIST'),
  card(
    2,
    'Foundations',
    'Let the tensors board',
    'Runs broken on purpose: find the cause, apply the fix',
    'MNIST',
  ),
  card(3, 'Vision', 'A Keras-style CNN', 'Filters, feature maps, and what gets confused with what', 'MNIST'),
  card(4, 'Vision', 'ResNets', 'Plain against residual nets of growing depth', 'CIFAR-10'),
  card(5, 'Sequences', 'Text classification', 'RNN cells by hand, and gradient through time', 'IMDB'),
  card(6, 'Sequences', 'LSTM and friends', 'Gates and hidden states over a review', 'IMDB'),
  card(7, 'Sequences', 'Translation', 'A Transformer, every head of its attention, and its beam', 'Multi30k'),
  card(8, 'Representations', 'Word2vec', 'Five objectives for one embedding; analogies', 'Corpus'),
  card(
    9,
    'Representations',
    'Introspection',
    'Saliency maps, feature visualisation, sanity checks',
    'Labs 3, 4',
  ),
  card(
    10,
    'Representations',
    'Self-supervised learning',
    'A pretext task, then a small head on few labels',
    'CIFAR-10',
  ),
];

function card(
  number: number,
  group: LabCard['group'],
  title: string,
  summary: string,
  dataSet: string,
): LabCard {
  return { id: LAB_IDS[number - 1] as LabId, number, group, title, summary, dataSet };
}

/** Named settings that a person can start from: those left out keep their defaults. */
export interface Preset {
  readonly name: string;
  /** One sentence: what it shows. */
  readonly help: string;
  readonly values: Readonly<Record<string, number | string>>;
}

/** Several runs that answer one question together: each the settings of the form with some values changed. */
export interface Comparison {
  readonly name: string;
  /** One sentence: what it shows. */
  readonly help: string;
  readonly runs: readonly Pick<Preset, 'name' | 'values'>[];
}

/** What the engine says of a lab that can be trained. */
export interface LabInfo {
  readonly id: LabId;
  readonly number: number;
  readonly title: string;
  readonly summary: string;
  readonly teaches: readonly string[];
  readonly fields: Fields;
  readonly presets: readonly Preset[];
  readonly comparisons?: readonly Comparison[];
  /** Whether its model is made of layers, which other programs know too. */
  readonly layered: boolean;
  /** Whether it changes its training images by chance, as the settings under Augmentation say. */
  readonly augments: boolean;
  /** Metrics in the order in which charts show them; the first is the loss. */
  readonly metrics: readonly MetricInfo[];
}

/** A metric by its key in the engine, the history and the charts. Epoch means have `train/` or `validation/` in front. */
export interface MetricInfo {
  readonly name: string;
  readonly label: string;
  /** What it measures, for the head of its chart: "cross-entropy". */
  readonly meaning: string;
  /** 'share': 0 to 1, shown in %. */
  readonly unit: 'share' | 'none';
  /** Which end is better; 'neither' for a norm. */
  readonly better: 'lower' | 'higher' | 'neither';
}
