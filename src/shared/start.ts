/** What a run starts from: fresh weights, an earlier run's, an imported model's, or word vectors; and what was taken of it. */

/** The value of a field of the kind 'start' for weights that begin anew. */
export const FRESH = 'fresh';

/** Where a run's first weights come from, as its settings say it. */
export type StartSource =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'run'; /** The run's id, not its number. */ readonly id: string }
  | { readonly kind: 'model'; readonly id: string };

const VALUE = /^(run|model):([a-z0-9][a-z0-9-]{0,99})$/;

/** The source that a setting names: "fresh", "run:ID" or "model:ID"; null for anything else. Settings of old runs say nothing. */
export function startSourceOf(value: unknown): StartSource | null {
  if (value === undefined || value === FRESH) return { kind: 'fresh' };
  const [, kind, id] = VALUE.exec(typeof value === 'string' ? value : '') ?? [];
  if (id === undefined) return null;
  return { kind: kind === 'run' ? 'run' : 'model', id };
}

/** The setting that names a source. */
export function startValue(source: StartSource): string {
  return source.kind === 'fresh' ? FRESH : `${source.kind}:${source.id}`;
}

/** A layer of a run's network that has weights, and whether they were taken. */
export interface StartLayer {
  readonly name: string;
  /** Numbers in its weights. */
  readonly weights: number;
  readonly taken: boolean;
  /** Why it begins anew, in a few words; null where it was taken. */
  readonly why: string | null;
}

/** Imported word vectors, of which a run's table takes those of its words. */
export interface VectorsOrigin {
  readonly kind: 'vectors';
  readonly id: string;
  /** The file that they came from. */
  readonly source: string;
  /** Words of the run's vocabulary, and how many of them have a vector there. */
  readonly words: number;
  readonly covered: number;
}

export interface StartReport {
  readonly origin:
    | {
        readonly kind: 'run';
        readonly id: string;
        readonly number: number;
        /** The step whose checkpoint was taken. */
        readonly step: number;
      }
    | {
        readonly kind: 'model';
        readonly id: string;
        /** The file that it came from. */ readonly source: string;
      }
    | VectorsOrigin;
  /** In the order of the network. */
  readonly layers: readonly StartLayer[];
  /** Layers of the origin that the network has no use for. */
  readonly unused: readonly string[];
  /** Whether what was taken stays as it is. */
  readonly frozen: boolean;
}

/** "6 of 8 layers taken and frozen, 225,034 weights"; for a line of a form or a record. */
export function startSummary({ origin, layers, frozen }: StartReport): string {
  if (origin.kind === 'vectors') return vectorsSummary(origin, frozen);
  const taken = layers.filter((layer) => layer.taken);
  const weights = taken.reduce((sum, layer) => sum + layer.weights, 0);
  const how = frozen ? 'taken and frozen' : 'taken';
  return `${taken.length} of ${layers.length} layers ${how}, ${weights.toLocaleString('en')} weights`;
}

/** "17,912 of 19,996 words have a vector there (89.6 %), the others begin at random; all are trained". */
function vectorsSummary({ words, covered }: VectorsOrigin, frozen: boolean): string {
  const share = ((100 * covered) / words).toFixed(1);
  const have = `${covered.toLocaleString('en')} of ${words.toLocaleString('en')} words have a vector there (${share} %)`;
  return `${have}, the others begin at random; all are ${frozen ? 'frozen' : 'trained'}`;
}

/** The layers that begin anew, each with the reason, in words. */
export function freshLayers({ layers }: StartReport): readonly string[] {
  return layers
    .filter(({ taken }) => !taken)
    .map(({ name, why }) => (why === null ? name : `${name}: ${why}`));
}

/** "run 12, step 480", or the name of a model or of word vectors, with its file. */
export function originText({ origin }: StartReport): string {
  if (origin.kind === 'run') return `run ${origin.number}, step ${origin.step.toLocaleString('en')}`;
  const what = origin.kind === 'model' ? 'the model' : 'the word vectors';
  return `${what} ${origin.id}, imported from ${origin.source}`;
}

/** All of it in one line, for a terminal. */
export function startLine(report: StartReport): string {
  const fresh = freshLayers(report);
  const anew = fresh.length === 0 ? '' : ` Anew: ${fresh.join('; ')}.`;
  return `Started from ${originText(report)}: ${startSummary(report)}.${anew}`;
}
