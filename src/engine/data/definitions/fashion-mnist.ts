import { idxDataSet } from '../idx-data-set.ts';

/**
 * Sizes and hashes of the packed files: those whose MD5 the project's README gives (8d4fb7e6..., 25c81989..., bef4ecab...,
 * bb300cfd...). Nothing is published for the unpacked ones.
 */
const FILES = [
  {
    name: 'train-images-idx3-ubyte',
    bytes: 47_040_016,
    packed: { bytes: 26_421_880, sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84' },
  },
  {
    name: 'train-labels-idx1-ubyte',
    bytes: 60_008,
    packed: { bytes: 29_515, sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845' },
  },
  {
    name: 't10k-images-idx3-ubyte',
    bytes: 7_840_016,
    packed: { bytes: 4_422_102, sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073' },
  },
  {
    name: 't10k-labels-idx1-ubyte',
    bytes: 10_008,
    packed: { bytes: 5_148, sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5' },
  },
] as const;

/** The project's repository first: the authors' server speaks plain http only. */
const MIRRORS = [
  'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
  'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
];

export const fashionMnist = idxDataSet({
  kind: 'fetched',
  info: {
    id: 'fashion-mnist',
    name: 'Fashion-MNIST',
    description:
      'Articles of clothing from a shop: 28 x 28 grey images, 0 background to 255, in the shape of MNIST and harder to tell apart.',
    splits: [
      { name: 'train', examples: 60_000 },
      { name: 'test', examples: 10_000 },
    ],
    classes: [
      'T-shirt/top',
      'Trouser',
      'Pullover',
      'Dress',
      'Coat',
      'Sandal',
      'Shirt',
      'Sneaker',
      'Bag',
      'Ankle boot',
    ],
    licence: 'MIT, copyright 2017 Zalando SE',
    source: {
      text: 'H. Xiao, K. Rasul and R. Vollgraf: Fashion-MNIST, a novel image dataset for benchmarking machine learning algorithms (2017)',
      url: 'https://github.com/zalandoresearch/fashion-mnist',
    },
  },
  imageShape: [28, 28],
  files: FILES.map(({ name, bytes }) => ({ name, bytes, sha256: null })),
  sources: [
    {
      kind: 'url',
      name: 'the authors’ servers',
      files: FILES.map(({ name, bytes, packed }) => ({
        name,
        urls: MIRRORS.map((mirror) => `${mirror}${name}.gz`),
        downloadBytes: packed.bytes,
        checksum: { algorithm: 'sha256', hex: packed.sha256 },
        packing: 'gzip',
        bytes,
      })),
    },
  ],
});
