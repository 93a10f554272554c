/**
 * What main and an engine process say to each other over the child's channel (structured clone: typed arrays travel as they are).
 *
 * Each 'train' and 'call' has an id and gets exactly one 'result' or 'problem'; updates come before it. An engine sends 'ready'
 * once, then a 'heartbeat' every second. When the channel closes because main is gone, an engine writes a checkpoint and leaves.
 */
import type { DeviceInfo, Problem } from './app.ts';
import type {
  DataSetListing,
  FetchProgress,
  ImportReport,
  PictureOptions,
  SplitName,
  VerifyReport,
} from './data.ts';
import type {
  AugmentationQuery,
  AugmentedExample,
  DataSetStatistics,
  ExampleDetail,
  ExamplePage,
  ExampleQuery,
  FittedPicture,
  Prediction,
  SplitPredictions,
  WeightTensor,
} from './inspect.ts';
import type { LabId, LabInfo } from './labs.ts';
import type { ModelSummary } from './model.ts';
import type { RunEnded, Values } from './run-events.ts';
import type { RunPart } from './run-export.ts';
import type { ModelFormat } from './run-files.ts';
import type { RunSpec, TensorHistogram } from './runs.ts';
import type {
  Batching,
  TextDetail,
  TextEncoding,
  TextOptions,
  TextPadding,
  TextPage,
  TextPreview,
  TextQuery,
  TextStatistics,
} from './texts.ts';
import type { ImportedModel } from './models.ts';
import type { StartReport } from './start.ts';
import type {
  GradientReach,
  PassageEvent,
  PassageQuery,
  TextActivation,
  TextOcclusion,
  TextReading,
  TextSaliency,
  UnitsOverText,
} from './text-inspect.ts';
import type { WordVectors } from './vectors.ts';

/** Where the weights lie that a run starts from. */
export type Origin =
  | {
      readonly kind: 'run';
      readonly id: string;
      readonly number: number;
      /** The run's own. */
      readonly folder: string;
    }
  | { readonly kind: 'model'; readonly id: string }
  /** It was deleted; `what` is its name for a sentence: "Run 12". */
  | { readonly kind: 'gone'; readonly what: string };

/** A run as an engine needs it: what to train, and where its checkpoints lie. */
export interface RunTask extends RunSpec {
  /** The run's id, for messages. */
  readonly id: string;
  /** The run's own folder, absolute; checkpoints lie in `checkpoints` below it. */
  readonly folder: string;
  /** Null for a new run: then the engine settles it, and says so in 'begun'. */
  readonly dataSet: { readonly id: string; readonly sha256: string } | null;
  /** Whether a data set that cannot be fetched gives way to the built-in one: where the person chose none, and for new runs. */
  readonly mayReplaceData: boolean;
  /** Null: the weights begin anew. Asked for its weights only where the run has no checkpoint yet. */
  readonly origin: Origin | null;
  /** Seconds between checkpoints; there is one more after each epoch. */
  readonly checkpointSeconds: number;
}

/** What an engine tells of a run, in order. */
export type EngineRunEvent =
  | { readonly kind: 'fetching'; readonly progress: FetchProgress }
  /** The data is there and the first step comes next. `config` may differ from the task's in its data set (offline fallback). */
  | {
      readonly kind: 'begun';
      readonly config: RunSpec['config'];
      readonly dataSet: { readonly id: string; readonly sha256: string };
      readonly device: 'cpu' | 'gpu';
      readonly plan: string;
      readonly versions: { readonly gradientLab: string; readonly tensorflow: string };
      readonly steps: number;
      readonly epochs: number;
      /** Steps that the checkpoint had; points after it are void. 0 for a new run. */
      readonly fromStep: number;
      /** What was taken of the run's origin; null for weights that begin anew, and where a checkpoint has them. */
      readonly start: StartReport | null;
      /** What was told before `fromStep`, in order, and may not have been heard: the last process was killed. Told with its old times. */
      readonly recalled: readonly RecalledEvent[];
    }
  /** 'auto' has chosen: milliseconds of one call for each plan that was tried, or why it could not run. */
  | {
      readonly kind: 'plan';
      readonly plan: string;
      readonly milliseconds: Readonly<Record<string, number | string>>;
    }
  /** Consecutive steps from `step` on (counted from 1), one value of each metric for each. */
  | {
      readonly kind: 'steps';
      readonly step: number;
      readonly epoch: number;
      readonly time: number;
      readonly values: Readonly<Record<string, Float32Array>>;
    }
  | {
      readonly kind: 'epoch';
      readonly step: number;
      readonly epoch: number;
      readonly time: number;
      readonly values: Values;
    }
  | {
      readonly kind: 'progress';
      readonly step: number;
      readonly steps: number;
      readonly epoch: number;
      readonly epochs: number;
      readonly examplesPerSecond: number | null;
      readonly secondsLeft: number | null;
    }
  | { readonly kind: 'paused' | 'resumed'; readonly step: number }
  | { readonly kind: 'checkpoint'; readonly step: number; readonly path: string }
  | {
      readonly kind: 'histogram';
      readonly tensor: string;
      readonly of: 'weights' | 'gradients';
      readonly shape: readonly number[];
      readonly histogram: TensorHistogram;
    }
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'ended'; readonly end: RunEnded };

/** What the history keeps of a run's way. */
export type RecalledEvent = Extract<EngineRunEvent, { readonly kind: 'steps' | 'epoch' | 'histogram' }>;

/** Where a trained model lies, for calls that look at it. */
export interface ModelRef {
  readonly lab: LabId;
  readonly config: RunSpec['config'];
  readonly seed: number;
  readonly folder: string;
  readonly dataSet: { readonly id: string; readonly sha256: string } | null;
}

/** Calls that an engine answers beside training: name, parameters, result. */
export interface EngineMethods {
  'data.list': { params: Record<string, never>; result: readonly DataSetListing[] };
  /** Updates: FetchProgress. */
  'data.fetch': { params: { id: string }; result: DataSetListing };
  'data.verify': { params: { id: string }; result: VerifyReport };
  'data.import': {
    params: {
      path: string;
      as: string;
      pictures?: PictureOptions | undefined;
      texts?: TextOptions | undefined;
    };
    result: ImportReport;
  };
  /** The beginning of a file or folder of texts. */
  'data.preview': { params: { path: string; texts?: TextOptions | undefined }; result: TextPreview };
  'data.remove': { params: { id: string }; result: null };
  'data.statistics': { params: { id: string }; result: DataSetStatistics };
  'data.examples': { params: ExampleQuery; result: ExamplePage };
  'data.example': {
    params: { dataSet: string; split: SplitName; index: number; lab: LabId };
    result: ExampleDetail;
  };
  'models.list': { params: Record<string, never>; result: readonly ImportedModel[] };
  /** From a file or folder on the machine; `as` is a name for it, made up from the file's where it is left out. */
  'models.import': { params: { path: string; as?: string }; result: ImportedModel };
  'models.remove': { params: { id: string }; result: null };
  /** What a run with these settings would take of its origin. */
  'runs.planStart': {
    params: { lab: LabId; config: RunSpec['config']; origin: Origin };
    result: StartReport;
  };
  /** A part of an exported run, asked for in order from 0 on; null behind the last, and for 'end', which lets go of the file. */
  'runs.readExport': { params: { path: string; part: number | 'end' }; result: RunPart | null };
  /** What of a run's vocabulary the word vectors have that its settings name; the data set has to be here. */
  'runs.planVectors': { params: { lab: LabId; config: RunSpec['config'] }; result: StartReport };
  'vectors.list': { params: Record<string, never>; result: readonly WordVectors[] };
  /** From a file on the machine; `name` is made up from the file's where it is left out. */
  'vectors.import': { params: { path: string; name?: string }; result: WordVectors };
  'vectors.remove': { params: { id: string }; result: null };
  /** Null for a lab that does not change its images. */
  'data.augmented': { params: AugmentationQuery; result: AugmentedExample | null };
  'data.texts': { params: TextQuery; result: TextPage };
  'data.text': {
    params: { dataSet: string; split: SplitName; index: number; encoding: TextEncoding };
    result: TextDetail;
  };
  'data.textPadding': {
    params: {
      dataSet: string;
      encoding: TextEncoding;
      batching: Batching;
      batchSize: number;
      seed: number;
    };
    result: TextPadding;
  };
  'data.textStatistics': { params: { dataSet: string; encoding: TextEncoding }; result: TextStatistics };
  /** The bytes of a file. */
  'runs.exportModel': { params: { run: string; model: ModelRef; format: ModelFormat }; result: Uint8Array };
  'inspect.predict': { params: { model: ModelRef; image: Uint8Array }; result: Prediction };
  /** A PNG or JPEG file at the size of the model's images. */
  'inspect.picture': { params: { model: ModelRef; bytes: Uint8Array; name: string }; result: FittedPicture };
  'inspect.model': { params: { model: ModelRef }; result: ModelSummary | null };
  'inspect.weights': { params: { model: ModelRef }; result: readonly WeightTensor[] };
  'inspect.predictions': { params: { model: ModelRef; split: SplitName }; result: SplitPredictions };
  'inspect.readText': { params: { model: ModelRef; text: string }; result: TextReading };
  'inspect.textUnits': {
    params: { model: ModelRef; text: string; layer: string; part: string };
    result: UnitsOverText;
  };
  'inspect.textActivation': {
    params: { model: ModelRef; text: string; layer: string };
    result: TextActivation;
  };
  'inspect.textSaliency': { params: { model: ModelRef; text: string; label: number }; result: TextSaliency };
  'inspect.textWithoutEach': { params: { model: ModelRef; text: string }; result: TextOcclusion };
  /** Updates: PassageEvent of the kind 'progress'. */
  'inspect.passages': { params: { model: ModelRef } & PassageQuery; result: PassageEvent };
  'inspect.gradientReach': { params: { model: ModelRef }; result: GradientReach | null };
  /** A text of the run's data set. */
  'inspect.textExample': {
    params: { model: ModelRef; split: SplitName; index: number };
    result: { text: string; label: number };
  };
}
export type EngineMethod = keyof EngineMethods;

export type ToEngine =
  | { readonly kind: 'train'; readonly id: number; readonly task: RunTask; readonly resume: boolean }
  | { readonly kind: 'control'; readonly action: 'pause' | 'resume' | 'stop' }
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly method: EngineMethod;
      readonly params: EngineMethods[EngineMethod]['params'];
    }
  /** Of a call; what trains is stopped by 'control'. */
  | { readonly kind: 'cancel'; readonly id: number };

export type FromEngine =
  | { readonly kind: 'ready'; readonly device: DeviceInfo; readonly labs: readonly LabInfo[] }
  | { readonly kind: 'unable'; readonly problem: Problem }
  | { readonly kind: 'run'; readonly id: number; readonly event: EngineRunEvent }
  | { readonly kind: 'update'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'problem'; readonly id: number; readonly problem: Problem }
  | { readonly kind: 'heartbeat'; readonly rssBytes: number };
