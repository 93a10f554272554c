import type { DataSetInfo } from '../../shared/data.ts';
import type { DataSetDefinition } from './definition.ts';
import { idxDataSet } from './idx-data-set.ts';
import type { Manifest, PersonalFacts } from './manifest.ts';
import { textDataSet } from './text-data-set.ts';

/** The definition of a person's own data set, from what its manifest says. */
export function personalDataSet(manifest: Manifest, facts: PersonalFacts): DataSetDefinition {
  const what = facts.format === 'texts' ? 'texts' : 'images';
  const common = {
    kind: 'personal',
    info: {
      id: manifest.id,
      name: manifest.id,
      description: `Your own ${what}, imported on ${manifest.fetchedAt.slice(0, 10)}.`,
      splits: facts.splits,
      classes: facts.classes,
      licence: 'Not stated',
      source: { text: manifest.source, url: '' },
    },
    files: manifest.files,
    sources: [],
  } as const;
  return facts.format === 'texts'
    ? textDataSet(common)
    : idxDataSet({ ...common, imageShape: facts.imageShape });
}

/** What stands in the list for a folder that cannot be read: only its name is known. */
export function unreadableDataSet(id: string): DataSetInfo {
  return {
    id,
    name: id,
    description: 'A data set whose record cannot be read.',
    splits: [],
    features: [],
    classes: [],
    licence: 'Unknown',
    source: { text: 'Unknown', url: '' },
    files: [],
    bytes: 0,
  };
}
