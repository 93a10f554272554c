/** A data set on the device, cut into training, validation and test rows. */
import { takeValidation, type LoadedDataSet, type Split } from '../data/index.ts';
import { LabError } from '../../shared/errors.ts';
import { makeResident, permutation, type ResidentValues } from '../runtime/index.ts';
import type { Feature, SplitName, SplitRows } from './experiment.ts';

export interface DeviceData {
  /** How many classes the labels tell apart. */
  readonly classes: number;
  readonly splits: Readonly<Record<SplitName, SplitRows>>;
  dispose(): void;
}

/** Float features and bytes become float32 in a batch; whole numbers stay int32, as do bytes named in `integers`. */
export interface DeviceDataOptions {
  /** Share (0 to below 1) of the training split that is held out for validation, where the data set has no such split. */
  readonly validationShare: number;
  readonly seed: number;
  /** Features that are class numbers or counts, not measurements. */
  readonly integers: readonly string[];
}

/**
 * Copies each split's features to the device once; validation rows are row numbers into the training split, drawn by
 * (seed, 'validation'). Nothing of `data` is kept but the lengths of sequences.
 */
export function putOnDevice(data: LoadedDataSet, options: DeviceDataOptions): DeviceData {
  const { train, validation, test } = data.splits;
  if (train === undefined || test === undefined) {
    throw new LabError(
      'data/no-split',
      `The data set "${data.info.id}" has no ${train ? 'test' : 'training'} split.`,
      {
        hint: 'Import one that has both.',
      },
    );
  }
  const { id, classes } = data.info;
  const all = placeSplit(train, id, options);
  const held =
    validation === undefined
      ? holdOut(all, options)
      : { train: all, validation: placeSplit(validation, id, options) };
  return placed(classes.length, { ...held, test: placeSplit(test, id, options) });
}

function placeSplit(split: Split, id: string, { integers }: DeviceDataOptions): SplitRows {
  const features = Object.entries(split.features).map(([name, feature]): [string, Feature] => {
    if (feature.dtype === 'text') throw textsOnDevice(id, name);
    const isWhole = integers.includes(name) || feature.dtype === 'int32';
    const isSequence = name === 'tokens';
    const rows = makeResident(isSequence ? narrowed(feature.data) : feature.data, feature.shape);
    return [name, { rows, as: isWhole ? 'int32' : 'float32', isSequence }];
  });
  const length = split.features['length'];
  const rows = Int32Array.from({ length: split.examples }, (_, i) => i);
  const lengths = length?.data instanceof Int32Array ? { lengths: length.data } : {};
  return { features: Object.fromEntries(features), rows, ...lengths };
}

/** Tokens in half the room, where their numbers fit: of a vocabulary of up to 65,536 entries. */
function narrowed<T extends ResidentValues>(tokens: T): T | Uint16Array {
  const fits = tokens instanceof Int32Array && tokens.every((token) => token >= 0 && token < 65_536);
  return fits ? Uint16Array.from(tokens) : tokens;
}

/** A function of its own: what `dispose` could see would stay in memory as long as it, the data set's arrays too. */
function placed(classes: number, splits: DeviceData['splits']): DeviceData {
  const residents = new Set(
    Object.values(splits).flatMap(({ features }) => Object.values(features).map(({ rows }) => rows)),
  );
  return {
    classes,
    splits,
    dispose: () => {
      for (const resident of residents) resident.dispose();
    },
  };
}

function textsOnDevice(id: string, feature: string): LabError {
  return new LabError('data/texts', `Expected numbers in "${id}", got texts in its feature "${feature}".`, {
    hint: 'Choose a lab that reads texts, such as imdb-rnn, or another data set.',
  });
}

function holdOut(
  all: SplitRows,
  { validationShare, seed }: DeviceDataOptions,
): { train: SplitRows; validation: SplitRows } {
  if (validationShare === 0) return { train: all, validation: { ...all, rows: new Int32Array(0) } };
  const { train, validation } = takeValidation(
    { examples: all.rows.length },
    { fraction: validationShare },
    (n) => permutation(n, seed, 'validation', 0),
  );
  return { train: { ...all, rows: train }, validation: { ...all, rows: validation } };
}
