/**
 * Data sets from a person's own files: IDX images and labels, plain or gzipped, in a folder or a tar archive, folders of pictures, or
 * texts: a table, or folders of .txt files.
 *
 * Two cases, told apart by the name: that of a data set of the catalogue, whose contents then have to be exactly those, or a new
 * name, which makes a personal data set of whatever sound images or texts with labels there are. Files are copied, never used in place.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ImportReport, PictureOptions } from '../../shared/data.ts';
import { LabError } from '../../shared/errors.ts';
import type { TextOptions } from '../../shared/texts.ts';
import { checkDataSetId, knownDataSet } from './catalogue.ts';
import { abortedError, missingFile, throwIfAborted } from './files.ts';
import { dataFolder } from './home.ts';
import { checkClassNames } from './import/class-names.ts';
import { findCandidates } from './import/find-idx.ts';
import { countPictures } from './import/find-pictures.ts';
import { importIdx } from './import/idx.ts';
import { importKnown, importLayout } from './import/known.ts';
import { missingLayout } from './import/messages.ts';
import { DEFAULT_PICTURES, importPictures } from './import/pictures.ts';
import { isTableName } from './import/text-table.ts';
import { countTexts, importTexts, type LeftOut } from './import/texts.ts';
import { findDataSet, infoOf } from './inspect.ts';
import { openPartial, tidyPartial } from './partial.ts';
import { inTurn } from './serial.ts';

export interface ImportOptions {
  /** The id of a data set of the catalogue, or a new one. */
  readonly as: string;
  /** Names of the classes for a personal data set of IDX files; default: the labels as numbers. */
  readonly classes?: readonly string[];
  /** What becomes of pictures, where `path` holds folders of them. */
  readonly pictures?: Partial<PictureOptions> | undefined;
  /** How texts are read, where `path` is a table or holds folders of them. */
  readonly texts?: TextOptions | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Imports a data set from `path`: a folder with IDX files (searched itself and in a folder `data` inside it), one of these files, whose
 * neighbours then belong to it, a tar archive, such as `npm pack` makes, a folder with a folder of pictures or of .txt files for
 * each class, or a table of texts (CSV, TSV, JSONL).
 *
 * What is there under that name stays until the new files are checked and whole.
 * Throws a LabError: `data/not-found`, `data/import-missing` when a file is not there, `data/hash` or `data/checksum` when a known
 * data set's contents differ, `data/exists` for a personal name that is taken, `data/id`, `data/built-in`, `data/classes`,
 * `data/pictures`, `data/aborted`, or what the readers and `importTexts` find wrong.
 */
export async function importDataSet(path: string, options: ImportOptions): Promise<ImportReport> {
  const { as: id, signal } = options;
  checkDataSetId(id);
  const known = knownDataSet(id);
  if (known?.kind === 'built-in') {
    throw new LabError('data/built-in', `Expected a data set that can be imported, got "${id}".`, {
      hint: 'Choose another name, such as "my-digits".',
    });
  }
  return await inTurn(id, async () => {
    throwIfAborted(signal, `Importing "${id}"`);
    const root = dataFolder();
    if (known === undefined && existsSync(join(root, id))) {
      throw new LabError('data/exists', `Expected a new name for a data set, got "${id}", which is there.`, {
        hint: `Choose another name, or remove that one first with \`gradient-lab data remove ${id}\`.`,
      });
    }
    if (options.classes !== undefined) checkClassNames(options.classes);
    const from = resolve(path);
    if (!existsSync(from)) throw missingFile(path);
    const kind = kindOf(from, options);
    const partial = await openPartial(root, id, { resume: known !== undefined });
    const unpacked = join(partial, 'archive');
    let leftOut: LeftOut = { skipped: [], skippedCount: 0 };
    try {
      if (known !== undefined) {
        if (!(await importLayout(known, from, unpacked, partial, root, signal))) {
          if (known.format !== 'idx') throw missingLayout(known, from);
          await importKnown(known, await findCandidates(from, unpacked, signal), partial, root, from, signal);
        }
      } else if (kind === 'pictures') {
        const pictures = { ...DEFAULT_PICTURES, ...options.pictures };
        const skipped = await importPictures(id, partial, root, from, pictures, signal);
        leftOut = { skipped, skippedCount: skipped.length };
      } else if (kind === 'texts') {
        leftOut = await importTexts(id, partial, root, from, options.texts ?? {}, signal);
      } else {
        await importIdx(id, await findCandidates(from, unpacked, signal), partial, root, from, options);
      }
    } catch (error) {
      await rm(unpacked, { recursive: true, force: true });
      await tidyPartial(partial);
      if (signal?.aborted) throw abortedError(`Importing "${id}"`);
      throw error;
    }
    return { info: infoOf(findDataSet(id)), ...leftOut };
  });
}

/** What a person's own files are, by their names; a table under any name where columns are chosen. */
function kindOf(from: string, { texts }: ImportOptions): 'pictures' | 'texts' | 'idx' {
  if (isTableName(from) || texts?.textColumn !== undefined) return 'texts';
  const [pictures, textFiles] = [countPictures(from), countTexts(from)];
  if (pictures === 0 && textFiles === 0) return 'idx';
  return pictures >= textFiles ? 'pictures' : 'texts';
}
