/** What an exported run must look like. It comes from a file that anyone may have written: every size and number is checked. */
import * as v from 'valibot';
import { LabError } from './errors.ts';
import { LAB_IDS } from './labs.ts';
import {
  EXPORT_FORMAT,
  EXPORT_VERSION,
  isJsonNumber,
  MAX_EXPORT_POINTS,
  type JsonNumber,
  type RunExport,
} from './run-export.ts';
import { RUN_STATES } from './runs.ts';

/** The latest time that a JavaScript date can be, in milliseconds since 1970. */
const MAX_TIME = 8.64e15;
const MAX_SERIES = 1000;
const MAX_HISTOGRAMS = 100_000;
const MAX_BINS = 4096;
const INT32_MAX = 2 ** 31 - 1;

const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const amount = v.pipe(v.number(), v.finite(), v.minValue(0));
const time = v.pipe(natural, v.maxValue(MAX_TIME));
/** The same in plain code, for columns of millions. */
const isTime = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MAX_TIME;
const text = (longest: number) => v.pipe(v.string(), v.maxLength(longest));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'Expected a SHA-256'));
const jsonNumber = v.custom<JsonNumber>(isJsonNumber, 'Expected a number, "NaN", "Infinity" or "-Infinity"');

/** A metric or a tensor by its key, such as `validation/loss`; it may become the head of a column in a spreadsheet. */
const key = v.pipe(v.string(), v.regex(/^[\p{L}\p{N}_][\p{L}\p{N}_ ./:-]{0,99}$/u, 'Expected a name'));

/** A record with few fields, whose names are no trap. Its prototype is nobody's business, so it is checked as it lies. */
function smallRecord<T>(value: v.GenericSchema<unknown, T>, most: number) {
  return v.pipe(
    v.custom<Readonly<Record<string, unknown>>>(
      (input) => typeof input === 'object' && input !== null && !Array.isArray(input),
      'Expected an object',
    ),
    v.check((input) => Object.keys(input).length <= most, `Expected at most ${most} fields`),
    v.check((input) => Object.keys(input).every((name) => v.is(key, name)), 'Expected plain names of fields'),
    v.check((input) => !Object.hasOwn(input, '__proto__'), 'Expected plain names of fields'),
    v.record(v.string(), value),
  );
}

const values = smallRecord(jsonNumber, 100);

/** An array of numbers, checked in one loop: a schema for each element would take seconds. */
function column<T>(fits: (value: unknown, before: unknown) => boolean, what: string) {
  return v.custom<readonly T[]>(
    (input) =>
      Array.isArray(input) &&
      input.length <= MAX_EXPORT_POINTS &&
      input.every((value, i) => fits(value, input[i - 1])),
    `Expected an array of ${what}`,
  );
}

const rising = column<number>(
  (value, before) =>
    Number.isSafeInteger(value) && (value as number) > (before === undefined ? -1 : (before as number)),
  'whole numbers, each greater than the one before',
);

const series = v.pipe(
  v.strictObject({
    name: key,
    step: rising,
    value: column<JsonNumber>(isJsonNumber, 'numbers'),
    time: column<number>(isTime, 'times in milliseconds since 1970'),
  }),
  v.check(
    ({ step, value, time: times }) => step.length === value.length && step.length === times.length,
    'Expected as many values and times as steps',
  ),
);

const histogram = v.strictObject({
  step: natural,
  min: jsonNumber,
  max: jsonNumber,
  mean: jsonNumber,
  deviation: jsonNumber,
  zeros: natural,
  notFinite: natural,
  counts: v.pipe(v.array(v.pipe(natural, v.maxValue(INT32_MAX))), v.maxLength(MAX_BINS)),
});

const start = v.strictObject({
  origin: v.variant('kind', [
    v.strictObject({ kind: v.literal('run'), id: text(100), number: natural, step: natural }),
    v.strictObject({ kind: v.literal('model'), id: text(100), source: text(300) }),
    v.strictObject({
      kind: v.literal('vectors'),
      id: text(100),
      source: text(300),
      words: v.pipe(natural, v.minValue(1)),
      covered: natural,
    }),
  ]),
  layers: v.pipe(
    v.array(
      v.strictObject({ name: text(200), weights: natural, taken: v.boolean(), why: v.nullable(text(1000)) }),
    ),
    v.maxLength(10_000),
  ),
  unused: v.pipe(v.array(text(200)), v.maxLength(10_000)),
  frozen: v.boolean(),
});

const run = v.strictObject({
  number: v.pipe(natural, v.minValue(1)),
  id: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,99}$/, 'Expected an id')),
  lab: v.picklist(LAB_IDS),
  config: smallRecord(v.union([v.pipe(v.number(), v.finite()), text(200)]), 200),
  seed: natural,
  device: text(40),
  plan: text(40),
  threads: natural,
  state: v.picklist(RUN_STATES),
  reason: v.nullable(text(10_000)),
  name: v.nullable(text(200)),
  note: text(20_000),
  tags: v.pipe(v.array(v.pipe(text(200), v.minLength(1))), v.maxLength(50)),
  pinned: v.boolean(),
  dataSet: v.nullable(v.strictObject({ id: text(100), sha256 })),
  start: v.optional(v.nullable(start), null),
  versions: v.strictObject({ gradientLab: text(100), tensorflow: text(100) }),
  createdAt: time,
  endedAt: v.nullable(time),
  seconds: amount,
  step: natural,
  steps: natural,
  epoch: natural,
  epochs: natural,
  examplesPerSecond: v.nullable(amount),
  peakRssBytes: v.nullable(natural),
  metrics: v.strictObject({ train: values, validation: values, test: values }),
  weightsSha256: v.nullable(sha256),
});

const unique = <T>(items: readonly T[], keyOf: (item: T) => unknown) =>
  new Set(items.map(keyOf)).size === items.length;

const exported = v.strictObject({
  format: v.literal(EXPORT_FORMAT),
  version: v.picklist([1, EXPORT_VERSION]),
  run,
  resumedAt: rising,
  epochs: v.pipe(
    v.array(v.strictObject({ epoch: natural, step: natural })),
    v.maxLength(1_000_000),
    v.check((list) => unique(list, ({ epoch }) => epoch), 'Expected each epoch once'),
  ),
  series: v.pipe(
    v.array(v.unknown()),
    v.maxLength(MAX_SERIES),
    v.array(series),
    v.check((list) => unique(list, ({ name }) => name), 'Expected each series once'),
    v.check(
      (list) => list.reduce((sum, { step }) => sum + step.length, 0) <= MAX_EXPORT_POINTS,
      `Expected at most ${MAX_EXPORT_POINTS} points`,
    ),
  ),
  histograms: v.pipe(
    v.array(
      v.strictObject({
        tensor: key,
        of: v.picklist(['weights', 'gradients']),
        shape: v.pipe(v.array(natural), v.maxLength(8)),
        steps: v.pipe(v.array(histogram), v.maxLength(MAX_HISTOGRAMS)),
      }),
    ),
    v.maxLength(1000),
  ),
});

/** Throws `import/not-a-run`, `import/newer` or `import/invalid`, which says where and why. */
export function parseExport(data: unknown): RunExport {
  const { format, version } = (typeof data === 'object' && data !== null ? data : {}) as Record<
    string,
    unknown
  >;
  if (format !== EXPORT_FORMAT) {
    throw new LabError(
      'import/not-a-run',
      `Expected a run that Gradient Lab exported (format "${EXPORT_FORMAT}").`,
      { hint: 'Choose a file that "Export" of a run has written as JSON.' },
    );
  }
  if (typeof version === 'number' && version > EXPORT_VERSION) {
    throw new LabError(
      'import/newer',
      `The run was exported by a newer Gradient Lab: it has version ${version}, this one knows up to ${EXPORT_VERSION}.`,
      { hint: 'Update Gradient Lab, then import it again.' },
    );
  }
  const parsed = v.safeParse(exported, data, { abortEarly: true });
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new LabError(
    'import/invalid',
    `The exported run is not whole: at "${v.getDotPath(issue) ?? 'the top'}": ${issue.message}.`,
    { hint: 'Export the run again, and do not change the file.' },
  );
}
