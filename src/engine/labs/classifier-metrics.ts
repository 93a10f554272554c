/** What labs that classify images measure alike, in the words of charts and tables. */
import type { MetricInfo } from '../../shared/labs.ts';

export const CLASSIFIER_METRICS: readonly MetricInfo[] = [
  { name: 'loss', label: 'Loss', meaning: 'cross-entropy', unit: 'none', better: 'lower' },
  {
    name: 'accuracy',
    label: 'Accuracy',
    meaning: 'share of images classified correctly',
    unit: 'share',
    better: 'higher',
  },
  {
    name: 'gradientNorm',
    label: 'Gradient norm',
    meaning: 'length of the gradient, all weights taken as one vector',
    unit: 'none',
    better: 'neither',
  },
];
