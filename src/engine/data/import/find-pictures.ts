/** Pictures in folders, one folder a class. */
import { countClassFiles, findClassFiles, type ClassFile, type ClassFiles } from './find-class-files.ts';

export type PictureFile = ClassFile;

const PICTURE_NAME = /\.(png|jpe?g)$/i;

/** How many pictures lie in folders of classes. Never throws: what cannot be read holds none. */
export const countPictures = (folder: string): number => countClassFiles(folder, PICTURE_NAME);

/** The pictures of all classes, as `findClassFiles` finds them. Throws what it throws, with the code `data/pictures`. */
export function findPictures(
  folder: string,
  draw: { readonly testShare: number; readonly seed: number },
): ClassFiles {
  return findClassFiles(folder, { ...draw, what: 'pictures' });
}
