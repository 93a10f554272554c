/** Word vectors: read from the files of other programs, kept in the lab, and taken for the words of a vocabulary. */
export {
  findVectors,
  importVectors,
  keepVectors,
  listVectors,
  removeVectors,
  type ImportOptions,
} from './library.ts';
export { openVectors, type VectorsFile, type WordVector } from './read-vectors.ts';
export { takeVectors, type TakenVectors } from './take-vectors.ts';
