/** What labs that classify measure alike, in the words of charts and tables. */
import type { MetricInfo } from '../../shared/labs.ts';
import type { Batching } from '../../shared/texts.ts';
import { tf, type Scalar, type Tensor } from '../runtime/index.ts';
import { rowsTogether } from '../text/index.ts';

export const CLASSIFIER_METRICS = classifierMetrics('images');

/** The same of texts, and how much of a batch is padding. */
export const TEXT_METRICS: readonly MetricInfo[] = [
  ...classifierMetrics('texts'),
  {
    name: 'padding',
    label: 'Padding',
    meaning: 'share of the batch’s places that hold no word; packed, of those that are computed',
    unit: 'share',
    better: 'neither',
  },
];

/** The last of them: `tokens` [batch, width] is padded with 0 at its end. */
export function paddingOf(tokens: Tensor, batching: Batching): Scalar {
  if (batching !== 'packed') return tf.mean(tf.cast(tf.equal(tokens, 0), 'float32'));
  const lengths = tf.sum(tf.cast(tf.notEqual(tokens, 0), 'float32'), 1);
  const computed = rowsTogether(tokens.shape[0]).map(([first, end]) =>
    tf.mul<Scalar>(tf.max(tf.slice(lengths, first, end - first)), end - first),
  );
  return tf.sub(1, tf.div(tf.sum(lengths), tf.addN(computed)));
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
