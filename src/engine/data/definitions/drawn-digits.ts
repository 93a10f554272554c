import { idxDataSet } from '../idx-data-set.ts';

export const drawnDigits = idxDataSet({
  kind: 'built-in',
  info: {
    id: 'drawn-digits',
    name: 'Drawn digits',
    description:
      'Digits drawn by a program in several hands: 28 x 28 grey images, 0 background to 255 ink. Small, and there without a network.',
    splits: [
      { name: 'train', examples: 4000 },
      { name: 'test', examples: 1000 },
    ],
    classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    licence: 'CC0 1.0',
    source: { text: 'Made for Gradient Lab by resources/drawn-digits/make.mjs', url: '' },
  },
  imageShape: [28, 28],
  suffix: '.gz',
  files: [
    {
      name: 'train-images-idx3-ubyte.gz',
      bytes: 774_319,
      sha256: '677e9a5336d44146d081e1290ad624df4c7da93af1a05801dea0509491202319',
    },
    {
      name: 'train-labels-idx1-ubyte.gz',
      bytes: 1_872,
      sha256: '8b6000b4f544a867388517959a5ae987fddd594186570bcad120f0736cc5c458',
    },
    {
      name: 't10k-images-idx3-ubyte.gz',
      bytes: 193_955,
      sha256: '004b8c23d40b9ffb567f4f5ccf8e395a8f61371ac7111ea0dba93325fdbc7ef4',
    },
    {
      name: 't10k-labels-idx1-ubyte.gz',
      bytes: 481,
      sha256: '06fad334ed52fc4894b5f2e8230da0bf82c400c33b658d56e630d5ab5977ba9e',
    },
  ],
  sources: [{ kind: 'built-in', folder: 'drawn-digits' }],
});
