import { textDataSet } from '../text-data-set.ts';

export const madeUpReviews = textDataSet({
  kind: 'built-in',
  info: {
    id: 'made-up-reviews',
    name: 'Made-up reviews',
    description:
      'Short reviews of films that do not exist, put together by a grammar: 4 to 56 words of praise or blame. What counts is where "not" and "but" stand. Small, and there without a network.',
    splits: [
      { name: 'train', examples: 6000 },
      { name: 'test', examples: 1500 },
    ],
    classes: ['negative', 'positive'],
    licence: 'CC0 1.0',
    source: { text: 'Made for Gradient Lab by resources/made-up-reviews/make.mjs', url: '' },
  },
  suffix: '.gz',
  files: [
    {
      name: 'train-texts-utf8.gz',
      bytes: 97_365,
      sha256: '375c7682a928bc7f089f41988c15f2a915acdc19ca01f8f5725a5337008ebafd',
    },
    {
      name: 'train-labels-idx1-ubyte.gz',
      bytes: 49,
      sha256: '643366d359740360f2e1f7754681f513f43e1d54399aa32898a38cad44fe1f58',
    },
    {
      name: 'test-texts-utf8.gz',
      bytes: 25_796,
      sha256: 'd02e6088cf743db8f9e4dbac6e93b2597387503c4b2bfd45cc3d6f54ca5fb3ae',
    },
    {
      name: 'test-labels-idx1-ubyte.gz',
      bytes: 40,
      sha256: 'fa2c0842166f8bff23b58681ecbcca7851d2f8e923009d9496e00830640a4856',
    },
  ],
  sources: [{ kind: 'built-in', folder: 'made-up-reviews' }],
});
