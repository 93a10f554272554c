/** What the engine says of a trained model, asked once for each checkpoint and kept for the last few. */
import type { SplitName } from '../../../shared/data.ts';
import type { SplitPredictions, WeightTensor } from '../../../shared/inspect.ts';
import type { ModelSummary } from '../../../shared/model.ts';
import type { Run } from '../../../shared/runs.ts';
import { client } from '../../state/client.svelte.ts';

interface Facts {
  summary: Promise<ModelSummary | null> | null;
  weights: Promise<readonly WeightTensor[]> | null;
  readonly predictions: Map<SplitName, Promise<SplitPredictions>>;
}

/** A model of lab 1 has about 3 MB of weights; its predictions for a training split another 1 MB. */
const MOST_KEPT = 6;
const kept = new Map<string, Facts>();

export function weightsOf(run: Run): Promise<readonly WeightTensor[]> {
  const facts = factsOf(run);
  facts.weights ??= client()
    .inspect.weights({ run: run.number })
    .catch((error: unknown) => {
      // One that failed is asked again next time.
      facts.weights = null;
      throw error;
    });
  return facts.weights;
}

/** Null for a lab whose model has no layers. */
export function summaryOf(run: Run): Promise<ModelSummary | null> {
  const facts = factsOf(run);
  facts.summary ??= client()
    .inspect.model({ run: run.number })
    .catch((error: unknown) => {
      facts.summary = null;
      throw error;
    });
  return facts.summary;
}

export function predictionsOf(run: Run, split: SplitName): Promise<SplitPredictions> {
  const { predictions } = factsOf(run);
  const known = predictions.get(split);
  if (known !== undefined) return known;
  const asked = client()
    .inspect.predictions({ run: run.number, split })
    .catch((error: unknown) => {
      predictions.delete(split);
      throw error;
    });
  predictions.set(split, asked);
  return asked;
}

/** The parameters change with every checkpoint; the run's number alone does not say which. */
function factsOf({ number, checkpointStep }: Run): Facts {
  const key = `${number}@${checkpointStep}`;
  const facts = kept.get(key) ?? {
    summary: null,
    weights: null,
    predictions: new Map<SplitName, Promise<SplitPredictions>>(),
  };
  kept.delete(key);
  kept.set(key, facts);
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(oldest);
  }
  return facts;
}
