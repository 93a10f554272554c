/** What labs that classify measure alike, in the words of charts and tables. */
import type { MetricInfo } from '../../shared/labs.ts';
import { tf, type Scalar, type Tensor } from '../runtime/index.ts';

export const CLASSIFIER_METRICS = classifierMetrics('images');

/** The same of texts, and how much of a batch is padding. */
export const TEXT_METRICS: readonly MetricInfo[] = [
  ...classifierMetrics('texts'),
  {
    name: 'padding',
    label: 'Padding',
    meaning: 'share of the batch’s places that hold no word',
    unit: 'share',
    better: 'lower',
  },
];

/** The last of them: `tokens` is padded with 0. */
export function paddingOf(tokens: Tensor): Scalar {
  return tf.mean(tf.cast(tf.equal(tokens, 0), 'float32'));
}

function classifierMetrics(examples: string): readonly MetricInfo[] {
  return [
    { name: 'loss', label: 'Loss', meaning: 'cross-entropy', unit: 'none', better: 'lower' },
    {
      name: 'accuracy',
      label: 'Accuracy',
      meaning: `share of ${examples} classified correctly`,
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
}
