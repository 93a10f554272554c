/**
 * The contract: every procedure and stream between a window and the lab service. One router implements it; the desktop host
 * calls it over a MessagePort, the web host over a WebSocket. The command line does without: it trains in its own process, and
 * keeps its runs by the same recorder and history.
 *
 * Inputs come from outside and are checked by schema; outputs come from the service and are only typed.
 */
import { eventIterator, oc, type } from '@orpc/contract';
import * as v from 'valibot';
import type { AppEvent, AppStatus, Problem, Settings } from './app.ts';
import { SPLIT_NAMES, type DataSetListing, type ImportReport, type VerifyReport } from './data.ts';
import type {
  AugmentedExample,
  DataSetStatistics,
  ExampleDetail,
  ExamplePage,
  FittedPicture,
  Prediction,
  SplitPredictions,
  WeightTensor,
} from './inspect.ts';
import { LAB_IDS, type LabInfo } from './labs.ts';
import type { ModelSummary } from './model.ts';
import type { ImportedModel } from './models.ts';
import { MODEL_FORMATS, MOST_RUN_FILE_BYTES } from './run-files.ts';
import { RUN_SORTS, RUN_STATES, type Curve, type Run, type RunPage, type TensorHistory } from './runs.ts';
import { SETTING_SCHEMAS } from './settings.ts';
import {
  BATCHINGS,
  KEEPS,
  TEXT_CHARSETS,
  TOKENIZERS,
  type TextDetail,
  type TextPadding,
  type TextPage,
  type TextPreview,
  type TextStatistics,
} from './texts.ts';
import type { StartReport } from './start.ts';
import {
  MOST_CHARACTERS,
  type GradientReach,
  type PassageEvent,
  type TextActivation,
  type TextOcclusion,
  type TextReading,
  type TextSaliency,
  type UnitsOverText,
} from './text-inspect.ts';
import type { WordVectors } from './vectors.ts';

const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const runNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const runNumbers = v.pipe(v.array(runNumber), v.maxLength(10_000));
const shortText = v.pipe(v.string(), v.maxLength(200));
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
const dataSetId = v.pipe(v.string(), v.minLength(1), v.maxLength(40));
const split = v.picklist(SPLIT_NAMES);
const settings = v.record(v.pipe(v.string(), v.maxLength(100)), v.union([v.number(), shortText]));
const side = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(512));
const pictureOptions = v.object({
  rows: side,
  columns: side,
  channels: v.picklist([1, 3]),
  fit: v.picklist(['crop', 'stretch']),
  testShare: v.pipe(v.number(), v.minValue(0), v.maxValue(0.9)),
  seed: natural,
});

const textOptions = v.partial(
  v.object({
    textColumn: shortText,
    labelColumn: shortText,
    idColumn: shortText,
    delimiter: v.pipe(v.string(), v.length(1)),
    header: v.boolean(),
    charset: v.picklist(TEXT_CHARSETS),
    testShare: v.pipe(v.number(), v.minValue(0), v.maxValue(0.9)),
    seed: natural,
  }),
);
const textEncoding = v.object({
  tokenizer: v.picklist(TOKENIZERS),
  vocabularySize: v.pipe(natural, v.minValue(5), v.maxValue(200_000)),
  length: v.pipe(natural, v.minValue(1), v.maxValue(4096)),
  keep: v.picklist(KEEPS),
});

/** Problems that a person can act on keep their code, message and hint; see `toProblem` in the service. */
const base = oc.errors({ PROBLEM: { data: type<Problem>() } });

const run = v.object({ run: runNumber });
const textOfRun = v.object({ run: runNumber, text: v.pipe(v.string(), v.maxLength(MOST_CHARACTERS)) });
const partOfRun = { layer: shortText, part: shortText };

export const contract = {
  app: {
    status: base.output(type<AppStatus>()),
    /** Everything that happens from now on. The first event is a 'status'. */
    events: base.output(eventIterator(type<AppEvent>())),
    settings: base.output(type<Settings>()),
    changeSettings: base.input(v.partial(v.object(SETTING_SCHEMAS))).output(type<Settings>()),
  },

  labs: {
    /** Those that can be trained; waits for an engine to say so. */
    list: base.output(type<readonly LabInfo[]>()),
  },

  runs: {
    list: base
      .input(
        v.object({
          text: v.optional(shortText),
          labs: v.optional(v.array(v.picklist(LAB_IDS))),
          states: v.optional(v.array(v.picklist(RUN_STATES))),
          pinnedOnly: v.optional(v.boolean()),
          sort: v.optional(v.picklist(RUN_SORTS)),
          descending: v.optional(v.boolean()),
          offset: v.optional(natural),
          limit: v.optional(v.pipe(natural, v.maxValue(1000))),
        }),
      )
      .output(type<RunPage>()),
    get: base.input(run).output(type<Run>()),
    /** Queues a new run; it starts as soon as an engine is free. */
    start: base
      .input(
        v.object({
          lab: v.picklist(LAB_IDS),
          /** Values of the lab's fields; those left out take their defaults. */
          settings,
          seed: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
          plan: v.picklist(['auto', 'eager', 'graph', 'xla']),
        }),
      )
      .output(type<Run>()),
    pause: base.input(run).output(type<Run>()),
    /** Goes on with a paused run, or with one that was stopped, interrupted or has failed, from its last checkpoint. */
    resume: base.input(run).output(type<Run>()),
    stop: base.input(run).output(type<Run>()),
    change: base
      .input(
        v.object({
          run: runNumber,
          changes: v.partial(
            v.object({
              name: v.nullable(shortText),
              note: v.pipe(v.string(), v.maxLength(20_000)),
              tags: v.pipe(v.array(v.pipe(shortText, v.minLength(1))), v.maxLength(50)),
              pinned: v.boolean(),
            }),
          ),
        }),
      )
      .output(type<Run>()),
    /** Deletes; `restore` takes it back until the app is next started. */
    delete: base.input(v.object({ runs: runNumbers })).output(type<readonly Run[]>()),
    restore: base.input(v.object({ runs: runNumbers })).output(type<readonly Run[]>()),
    /** All points of the named metrics of some runs; of points after `after` alone, where it is given. */
    curves: base
      .input(
        v.object({
          runs: v.pipe(v.array(runNumber), v.maxLength(200)),
          names: v.pipe(v.array(shortText), v.maxLength(50)),
          after: v.optional(natural),
        }),
      )
      .output(type<readonly Curve[]>()),
    /** The names of the metrics that a run has. */
    metricNames: base.input(run).output(type<readonly string[]>()),
    histograms: base.input(run).output(type<readonly TensorHistory[]>()),
    /** What a run with these settings would take of what it starts from; null where all weights begin anew. */
    planStart: base
      .input(v.object({ lab: v.picklist(LAB_IDS), settings }))
      .output(type<StartReport | null>()),
    /** The trained model, for other programs. */
    exportModel: base
      .input(v.object({ run: runNumber, format: v.picklist(MODEL_FORMATS) }))
      .output(type<{ readonly fileName: string; readonly bytes: Uint8Array }>()),
    /** A run as text: its points as CSV, or all of it as JSON that `import` takes. */
    export: base
      .input(v.object({ run: runNumber, format: v.picklist(['csv', 'json']) }))
      .output(type<{ readonly fileName: string; readonly text: string }>()),
    /** A run with its checkpoints as a folder in `$GRADIENT_LAB_HOME/exports`; returns where. */
    exportFolder: base.input(run).output(type<{ readonly path: string }>()),
    /** From the text of a file, or from a file on the machine that runs the lab. */
    import: base
      .input(
        v.union([
          v.object({ text: v.pipe(v.string(), v.maxLength(MOST_RUN_FILE_BYTES)) }),
          v.object({ path }),
        ]),
      )
      .output(type<Run>()),
  },

  data: {
    list: base.output(type<readonly DataSetListing[]>()),
    /** Fetches; progress comes as 'fetching' events, and the answer when it is there. */
    fetch: base.input(v.object({ id: dataSetId })).output(type<DataSetListing>()),
    cancelFetch: base.input(v.object({ id: dataSetId })).output(type<void>()),
    verify: base.input(v.object({ id: dataSetId })).output(type<VerifyReport>()),
    /** From a file or folder on the machine that runs the lab. */
    import: base
      .input(
        v.object({
          path,
          as: dataSetId,
          pictures: v.optional(pictureOptions),
          texts: v.optional(textOptions),
        }),
      )
      .output(type<ImportReport>()),
    /** What a file or folder of texts on that machine holds, before it is imported. */
    preview: base.input(v.object({ path, texts: v.optional(textOptions) })).output(type<TextPreview>()),
    remove: base.input(v.object({ id: dataSetId })).output(type<void>()),
    statistics: base.input(v.object({ id: dataSetId })).output(type<DataSetStatistics>()),
    /** A page of the texts that fit a filter. */
    texts: base
      .input(
        v.object({
          dataSet: dataSetId,
          split,
          encoding: textEncoding,
          label: v.nullable(natural),
          search: shortText,
          minTokens: v.nullable(natural),
          maxTokens: v.nullable(natural),
          offset: natural,
          count: v.pipe(natural, v.minValue(1), v.maxValue(1000)),
        }),
      )
      .output(type<TextPage>()),
    text: base
      .input(v.object({ dataSet: dataSetId, split, index: natural, encoding: textEncoding }))
      .output(type<TextDetail>()),
    /** How an epoch of the training split is padded. */
    textPadding: base
      .input(
        v.object({
          dataSet: dataSetId,
          encoding: textEncoding,
          batching: v.picklist(BATCHINGS),
          batchSize: v.pipe(natural, v.minValue(1), v.maxValue(4096)),
          seed: natural,
        }),
      )
      .output(type<TextPadding>()),
    textStatistics: base
      .input(v.object({ dataSet: dataSetId, encoding: textEncoding }))
      .output(type<TextStatistics>()),
    examples: base
      .input(
        v.object({
          dataSet: dataSetId,
          split,
          label: v.nullable(natural),
          offset: natural,
          count: v.pipe(natural, v.minValue(1), v.maxValue(1000)),
        }),
      )
      .output(type<ExamplePage>()),
    example: base
      .input(v.object({ dataSet: dataSetId, split, index: natural, lab: v.picklist(LAB_IDS) }))
      .output(type<ExampleDetail>()),
    /** An example as training steps would have it; null for a lab that does not change its images. */
    augmented: base
      .input(
        v.object({
          lab: v.picklist(LAB_IDS),
          dataSet: dataSetId,
          split,
          index: natural,
          settings,
          seed: natural,
          step: runNumber,
          count: v.pipe(natural, v.minValue(1), v.maxValue(64)),
        }),
      )
      .output(type<AugmentedExample | null>()),
  },

  models: {
    /** Those that were imported from files of other programs. */
    list: base.output(type<readonly ImportedModel[]>()),
    /** From a file or folder on the machine that runs the lab; the name is made up from the file's where `as` is left out. */
    import: base.input(v.object({ path, as: v.optional(dataSetId) })).output(type<ImportedModel>()),
    remove: base.input(v.object({ id: dataSetId })).output(type<void>()),
  },

  vectors: {
    /** Word vectors that were imported. */
    list: base.output(type<readonly WordVectors[]>()),
    /** From a file on the machine that runs the lab; the name is made up from the file's where it is left out. */
    import: base.input(v.object({ path, name: v.optional(dataSetId) })).output(type<WordVectors>()),
    remove: base.input(v.object({ id: dataSetId })).output(type<void>()),
  },

  inspect: {
    /** What a run's newest checkpoint makes of one image, 28 x 28 (or the data set's own size), 0 to 255. */
    predict: base
      .input(v.object({ run: runNumber, image: v.instance(Uint8Array) }))
      .output(type<Prediction>()),
    /** A PNG or JPEG file brought to the size of the run's images, as an import does it. */
    picture: base
      .input(v.object({ run: runNumber, bytes: v.instance(Uint8Array), name: shortText }))
      .output(type<FittedPicture>()),
    /** Layers, shapes and sizes of a run's model; null where the lab's model has no layers. */
    model: base.input(run).output(type<ModelSummary | null>()),
    /** The parameters of a run's newest checkpoint, and what it keeps beside them, such as moving averages. */
    weights: base.input(run).output(type<readonly WeightTensor[]>()),
    predictions: base.input(v.object({ run: runNumber, split })).output(type<SplitPredictions>()),
    /** What a model that reads says after each token of a text. */
    readText: base.input(textOfRun).output(type<TextReading>()),
    /** A part of a recurrent layer over the tokens of a text. */
    textUnits: base.input(v.object({ ...textOfRun.entries, ...partOfRun })).output(type<UnitsOverText>()),
    /** What one layer makes of a text; layers as `model` names them. */
    textActivation: base
      .input(v.object({ ...textOfRun.entries, layer: shortText }))
      .output(type<TextActivation>()),
    textSaliency: base.input(v.object({ ...textOfRun.entries, label: natural })).output(type<TextSaliency>()),
    textWithoutEach: base.input(textOfRun).output(type<TextOcclusion>()),
    /** Where in the data set a unit is most active: how far the search is, and in the end what it found. */
    passages: base
      .input(v.object({ run: runNumber, ...partOfRun, unit: natural }))
      .output(eventIterator(type<PassageEvent>())),
    /** How far back the gradient reaches, over texts of the test split; null for a lab that cannot tell. */
    gradientReach: base.input(run).output(type<GradientReach | null>()),
    /** A text of the data set that a run was trained on. */
    textExample: base
      .input(v.object({ run: runNumber, split, index: natural }))
      .output(type<{ readonly text: string; readonly label: number }>()),
  },
};

export type Contract = typeof contract;
