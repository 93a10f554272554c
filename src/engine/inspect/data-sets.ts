/** Data sets in memory, as long as they are what lies on the disk. */
import { findDataSet, hashOfFiles, loadDataSet, type LoadedDataSet } from '../data/index.ts';
import { Lru } from './lru.ts';

/** MNIST weighs 55 MB. */
const LIMIT_BYTES = 512 * 1024 * 1024;

export class DataSets {
  private readonly loaded = new Lru<LoadedDataSet>({ limit: LIMIT_BYTES, weigh: bytesOf });

  /** The data set as it is on the disk now. Throws what `loadDataSet` throws: `data/unknown`, `data/absent`, `data/damaged`. */
  load(id: string): LoadedDataSet {
    const known = this.loaded.get(id);
    if (known !== undefined && isCurrent(known)) return known;
    this.loaded.delete(id);
    const data = loadDataSet(id);
    this.loaded.set(id, data);
    return data;
  }

  dispose(): void {
    this.loaded.clear();
  }
}

/** By record and sizes, as `loadDataSet` checks them; nothing is hashed. */
function isCurrent({ info, sha256 }: LoadedDataSet): boolean {
  try {
    const { state, files } = findDataSet(info.id);
    return state === 'present' && hashOfFiles(files) === sha256;
  } catch {
    return false; // then loading says what is wrong
  }
}

function bytesOf({ splits }: LoadedDataSet): number {
  let bytes = 0;
  for (const split of Object.values(splits)) {
    for (const { data } of Object.values(split.features)) bytes += data.byteLength;
  }
  return bytes;
}
