import { describe, expect, it } from 'vitest';
import { fittingSets } from '../../../src/renderer/data/fitting-sets.ts';
import type { DataSetListing, FeatureType } from '../../../src/shared/data.ts';

function listing(id: string, kind: DataSetListing['kind'], dtype: FeatureType): DataSetListing {
  return {
    info: {
      id,
      name: id,
      description: '',
      splits: [],
      features: [{ name: dtype === 'text' ? 'text' : 'image', dtype, shape: [] }],
      classes: [],
      licence: '',
      source: { text: '', url: '' },
      files: [],
      bytes: 0,
    },
    kind,
    state: 'present',
    bytes: 0,
    problem: null,
  };
}

const LISTINGS = [
  listing('mnist', 'fetched', 'uint8'),
  listing('imdb', 'fetched', 'text'),
  listing('my-notes', 'personal', 'text'),
  listing('my-digits', 'personal', 'uint8'),
];

describe('the data sets that a lab can be given', () => {
  it('are those it suggests, and one’s own of the same kind', () => {
    expect(fittingSets(LISTINGS, ['mnist', 'drawn-digits'], null)).toEqual([
      'mnist',
      'drawn-digits',
      'my-digits',
    ]);
    expect(fittingSets(LISTINGS, ['imdb'], 'imdb')).toEqual(['imdb', 'my-notes']);
  });

  it('have what was chosen last, even where it does not fit', () => {
    expect(fittingSets(LISTINGS, ['imdb'], 'my-digits')).toEqual(['imdb', 'my-notes', 'my-digits']);
    expect(fittingSets(LISTINGS, ['imdb'], '')).toEqual(['imdb', 'my-notes']);
  });

  it('are all of one’s own where nothing is known of those suggested', () => {
    expect(fittingSets(LISTINGS, ['elsewhere'], null)).toEqual(['elsewhere', 'my-notes', 'my-digits']);
    expect(fittingSets([], ['mnist'], 'mnist')).toEqual(['mnist']);
  });
});
