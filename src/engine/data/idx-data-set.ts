import { join } from 'node:path';
import type { DataFileInfo, DataSetInfo, SplitName } from '../../shared/data.ts';
import type { Split } from './data-set.ts';
import type { DataSetDefinition, Layout } from './definition.ts';
import { checkCounts, checkLabels, readIdxFile } from './readers/idx.ts';

/** The two files of a split. */
export interface IdxFiles {
  readonly images: string;
  readonly labels: string;
}

/** [rows, columns] of grey images, [rows, columns, 3] of coloured ones. */
export type IdxImageShape = readonly [number, number] | readonly [number, number, number];

/** The names that MNIST gave its files; `test` is called `t10k` there. Coloured images have a fourth dimension. */
export function idxFileNames(split: SplitName, imageShape: readonly number[]): IdxFiles {
  const prefix = split === 'test' ? 't10k' : split;
  return {
    images: `${prefix}-images-idx${imageShape.length + 1}-ubyte`,
    labels: `${prefix}-labels-idx1-ubyte`,
  };
}

export interface IdxDataSetOptions {
  readonly info: Omit<DataSetInfo, 'features' | 'bytes' | 'files'>;
  readonly kind: DataSetDefinition['kind'];
  readonly sources: DataSetDefinition['sources'];
  readonly imageShape: IdxImageShape;
  readonly files: readonly DataFileInfo[];
  /** Appended to the usual names: '.gz' for files that stay packed. */
  readonly suffix?: string;
  readonly layouts?: readonly Layout[];
}

/**
 * The definition of a data set of images and labels in IDX files. Its features: `image`, uint8 `imageShape`, 0 to 255, and `label`,
 * uint8, a number.
 */
export function idxDataSet(options: IdxDataSetOptions): DataSetDefinition {
  const { kind, sources, imageShape, files, suffix = '', layouts = [] } = options;
  const info: DataSetInfo = {
    ...options.info,
    features: [
      { name: 'image', dtype: 'uint8', shape: imageShape },
      { name: 'label', dtype: 'uint8', shape: [] },
    ],
    files,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
  };
  return {
    info,
    kind,
    sources,
    format: 'idx',
    layouts,
    load(folder) {
      const splits: Record<string, Split> = {};
      for (const { name, examples } of info.splits) {
        const names = idxFileNames(name, imageShape);
        splits[name] = loadIdxSplit(
          { images: join(folder, names.images + suffix), labels: join(folder, names.labels + suffix) },
          [examples, ...imageShape],
          info.classes.length,
        );
      }
      return splits;
    },
  };
}

/** Reads the two files of a split, paths given, and checks them against the shape of all images and the number of classes. */
function loadIdxSplit(paths: IdxFiles, shape: readonly [number, ...IdxImageShape], classes: number): Split {
  const [examples] = shape;
  const images = readIdxFile(paths.images, {
    expectedDims: shape,
    maxBytes: 4 + 4 * shape.length + shape.reduce((a, b) => a * b, 1),
  });
  const labels = readIdxFile(paths.labels, { expectedDims: [examples], maxBytes: 8 + examples });
  checkCounts(images, labels, paths.images, paths.labels);
  checkLabels(labels.data, classes, paths.labels);
  return { examples, features: { image: images, label: labels } };
}
