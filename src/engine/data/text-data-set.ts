import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataFileInfo, DataSetInfo, SplitName } from '../../shared/data.ts';
import { LabError } from '../../shared/errors.ts';
import type { Split } from './data-set.ts';
import type { DataSetDefinition, Layout } from './definition.ts';
import { writeIdxFile } from './layouts.ts';
import { checkLabels, readIdxFile } from './readers/idx.ts';
import { packTexts, readTextsFile } from './readers/texts.ts';

/** The two files of a split. */
export function textFileNames(split: SplitName): { readonly texts: string; readonly labels: string } {
  return { texts: `${split}-texts-utf8`, labels: `${split}-labels-idx1-ubyte` };
}

export interface TextDataSetOptions {
  readonly info: Omit<DataSetInfo, 'features' | 'bytes' | 'files'>;
  readonly kind: DataSetDefinition['kind'];
  readonly sources: DataSetDefinition['sources'];
  readonly files: readonly DataFileInfo[];
  /** Appended to the usual names: '.gz' for files that stay packed. */
  readonly suffix?: string;
  readonly layouts?: readonly Layout[];
}

/** The definition of a data set of texts, each with a label. Its features: `text`, a text, and `label`, uint8, a number. */
export function textDataSet(options: TextDataSetOptions): DataSetDefinition {
  const { kind, sources, files, suffix = '', layouts = [] } = options;
  const info: DataSetInfo = {
    ...options.info,
    features: [
      { name: 'text', dtype: 'text', shape: [] },
      { name: 'label', dtype: 'uint8', shape: [] },
    ],
    files,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
  };
  return {
    info,
    kind,
    sources,
    format: 'texts',
    layouts,
    load(folder) {
      const splits: Record<string, Split> = {};
      for (const { name, examples } of info.splits) {
        const names = textFileNames(name);
        const path = join(folder, names.labels + suffix);
        const labels = readIdxFile(path, { expectedDims: [examples], maxBytes: 8 + examples });
        checkLabels(labels.data, info.classes.length, path);
        const texts = readTextsFile(join(folder, names.texts + suffix), { examples });
        splits[name] = {
          examples,
          features: { text: { dtype: 'text', shape: [examples], data: texts }, label: labels },
        };
      }
      return splits;
    },
  };
}

/** Writes a split's two files into `folder`. Labels are class numbers. */
export async function writeTextSplit(
  folder: string,
  split: SplitName,
  examples: { readonly texts: readonly string[]; readonly labels: readonly number[] },
): Promise<void> {
  const { texts, labels } = examples;
  if (texts.length === 0 || texts.length !== labels.length) {
    throw new LabError(
      'data/count-mismatch',
      `Expected at least one text in the ${split} split and a label for each, got ${texts.length} texts and ${labels.length} labels.`,
      { hint: 'Check where the texts come from.' },
    );
  }
  const names = textFileNames(split);
  await writeFile(join(folder, names.texts), packTexts(texts));
  await writeIdxFile(join(folder, names.labels), [labels.length], [Uint8Array.from(labels)]);
}
