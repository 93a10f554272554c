import { LabError } from '../../shared/errors.ts';
import type { DataSetDefinition } from './definition.ts';
import { cifar10 } from './definitions/cifar-10.ts';
import { drawnDigits } from './definitions/drawn-digits.ts';
import { fashionMnist } from './definitions/fashion-mnist.ts';
import { imdb } from './definitions/imdb.ts';
import { madeUpReviews } from './definitions/made-up-reviews.ts';
import { mnist } from './definitions/mnist.ts';

const definitions = new Map<string, DataSetDefinition>();

/** Lower-case words with hyphens: a folder's name on every system, and no path. */
const ID = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const MAX_ID_LENGTH = 40;
/** Windows takes these for devices, with whatever ending. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)$/;

/** Adds a data set to the catalogue. Returns a function that takes it out again. */
export function registerDataSet(definition: DataSetDefinition): () => void {
  const { id } = definition.info;
  checkDataSetId(id);
  if (definitions.has(id)) throw new RangeError(`Expected a new data set id, got "${id}" twice.`);
  definitions.set(id, definition);
  return () => {
    definitions.delete(id);
  };
}

/** The data sets that the app knows by itself, in the order in which they were registered. */
export function knownDataSets(): readonly DataSetDefinition[] {
  return [...definitions.values()];
}

/** The known data set of that id, or undefined. */
export function knownDataSet(id: string): DataSetDefinition | undefined {
  return definitions.get(id);
}

export function isDataSetId(id: string): boolean {
  return ID.test(id) && id.length <= MAX_ID_LENGTH && !DEVICES.test(id);
}

/** Throws `data/id` unless `id` can name a data set, and so a folder. */
export function checkDataSetId(id: string): void {
  if (isDataSetId(id)) return;
  throw new LabError(
    'data/id',
    `Expected a data set name of lower-case letters, digits and single hyphens, at most ${MAX_ID_LENGTH} long, got "${id.slice(0, 60)}".`,
    { hint: 'Choose a name such as "my-digits".' },
  );
}

for (const definition of [drawnDigits, mnist, fashionMnist, cifar10, madeUpReviews, imdb])
  registerDataSet(definition);
