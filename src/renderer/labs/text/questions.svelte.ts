/** What a run's model makes of the text on the sheet, asked anew as it changes. Made while a component is made. */
import type { Run } from '../../../shared/runs.ts';
import type {
  TextActivation,
  TextOcclusion,
  TextReading,
  TextSaliency,
  UnitsOverText,
} from '../../../shared/text-inspect.ts';
import { Answer } from '../../data/answer.svelte.ts';
import { client } from '../../state/client.svelte.ts';

/** Whether there is a word to read at all; what else a model needs, the engine says. */
const isBlank = (text: string): boolean => text.trim() === '';

/**
 * The number of a run, told anew with its checkpoints alone: what else changes of a run while it trains is no reason to ask again.
 * Null where there is no run.
 */
export function modelOf(runOf: () => Run | null): () => number | null {
  const number = $derived(runOf()?.number ?? null);
  const step = $derived(runOf()?.checkpointStep ?? null);
  return () => {
    void step;
    return number;
  };
}

/** Probability by probability, word by word. Null while there is no text, or no run. */
export function readingOf(runOf: () => Run | null, textOf: () => string): Answer<TextReading> {
  const model = modelOf(runOf);
  return new Answer(() => {
    const [run, text] = [model(), textOf()];
    if (run === null || isBlank(text)) return null;
    return client().inspect.readText({ run, text });
  });
}

/** The same for one class at a time; `labelOf` is null while it is not wanted. */
export function saliencyOf(
  runOf: () => Run | null,
  textOf: () => string,
  labelOf: () => number | null,
): Answer<TextSaliency> {
  const model = modelOf(runOf);
  return new Answer(() => {
    const [run, text, label] = [model(), textOf(), labelOf()];
    if (run === null || label === null || isBlank(text)) return null;
    return client().inspect.textSaliency({ run, text, label });
  });
}

/** What it says of the text without each word; takes as many readings as there are words, so only where it is `wanted`. */
export function occlusionOf(
  runOf: () => Run | null,
  textOf: () => string,
  isWanted: () => boolean,
): Answer<TextOcclusion> {
  const model = modelOf(runOf);
  return new Answer(() => {
    const [run, text, wanted] = [model(), textOf(), isWanted()];
    if (run === null || !wanted || isBlank(text)) return null;
    return client().inspect.textWithoutEach({ run, text });
  });
}

/** One part of a recurrent layer over the text. */
export function unitsOf(
  runOf: () => Run,
  textOf: () => string,
  partOf: () => { readonly layer: string; readonly part: string } | null,
): Answer<UnitsOverText> {
  const model = modelOf(runOf);
  return new Answer(() => {
    const [run, text, wanted] = [model(), textOf(), partOf()];
    if (run === null || wanted === null || isBlank(text)) return null;
    return client().inspect.textUnits({ run, text, ...wanted });
  });
}

/** What one layer makes of the text. */
export function activationOf(
  runOf: () => Run,
  textOf: () => string,
  layerOf: () => string | null,
): Answer<TextActivation> {
  const model = modelOf(runOf);
  return new Answer(() => {
    const [run, text, layer] = [model(), textOf(), layerOf()];
    if (run === null || layer === null || isBlank(text)) return null;
    return client().inspect.textActivation({ run, text, layer });
  });
}
