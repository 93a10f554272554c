/** What a run's model makes of the text on the sheet, asked anew as it changes. Made while a component is made. */
import type { Run } from '../../../shared/runs.ts';
import type {
  TextOcclusion,
  TextReading,
  TextSaliency,
  UnitsOverText,
} from '../../../shared/text-inspect.ts';
import { Answer } from '../../data/answer.svelte.ts';
import { client } from '../../state/client.svelte.ts';

/** Whether there is a word to read at all; what else a model needs, the engine says. */
const isBlank = (text: string): boolean => text.trim() === '';

/** Probability by probability, word by word. Null while there is no text, or no run. */
export function readingOf(runOf: () => Run | null, textOf: () => string): Answer<TextReading> {
  return new Answer(() => {
    const [run, text] = [runOf(), textOf()];
    if (run === null || isBlank(text)) return null;
    void run.checkpointStep;
    return client().inspect.readText({ run: run.number, text });
  });
}

/** The same for one class at a time; `labelOf` is null while it is not wanted. */
export function saliencyOf(
  runOf: () => Run | null,
  textOf: () => string,
  labelOf: () => number | null,
): Answer<TextSaliency> {
  return new Answer(() => {
    const [run, text, label] = [runOf(), textOf(), labelOf()];
    if (run === null || label === null || isBlank(text)) return null;
    void run.checkpointStep;
    return client().inspect.textSaliency({ run: run.number, text, label });
  });
}

/** What it says of the text without each word; takes as many readings as there are words, so only where it is `wanted`. */
export function occlusionOf(
  runOf: () => Run | null,
  textOf: () => string,
  isWanted: () => boolean,
): Answer<TextOcclusion> {
  return new Answer(() => {
    const [run, text, wanted] = [runOf(), textOf(), isWanted()];
    if (run === null || !wanted || isBlank(text)) return null;
    void run.checkpointStep;
    return client().inspect.textWithoutEach({ run: run.number, text });
  });
}

/** One part of a recurrent layer over the text. */
export function unitsOf(
  runOf: () => Run,
  textOf: () => string,
  partOf: () => { readonly layer: string; readonly part: string } | null,
): Answer<UnitsOverText> {
  return new Answer(() => {
    const [run, text, wanted] = [runOf(), textOf(), partOf()];
    if (wanted === null || isBlank(text)) return null;
    void run.checkpointStep;
    return client().inspect.textUnits({ run: run.number, text, ...wanted });
  });
}
