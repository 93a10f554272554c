/**
 * `--start-from`: a run as people name runs, an imported model, or the file of a model, which is imported; and `--vectors`, which have
 * to be there.
 */
import { existsSync } from 'node:fs';
import { importModel, listModels } from '../engine/models/index.ts';
import { findVectors } from '../engine/vectors/index.ts';
import type { History } from '../main/history/index.ts';
import { FRESH, startSourceOf, startValue } from '../shared/start.ts';
import { vectorsIn } from '../shared/vectors.ts';

/**
 * The request with `startFrom` as settings have it. A model's name comes before the beginning of a run's id, and a file or folder
 * before both. Throws `run/unknown`, `vectors/unknown`, or what is wrong with the file.
 */
export async function withStart<R extends { readonly settings: Readonly<Record<string, unknown>> }>(
  history: History,
  request: R,
): Promise<R> {
  const vectors = vectorsIn(request.settings);
  if (vectors !== null) findVectors(vectors);
  const text = request.settings['startFrom'];
  if (typeof text !== 'string' || startSourceOf(text) !== null) return request;
  return { ...request, settings: { ...request.settings, startFrom: await resolve(history, text) } };
}

async function resolve(history: History, text: string): Promise<string> {
  if (/[./\\]/.test(text) || (existsSync(text) && !/^\d+$/.test(text))) {
    return startValue({ kind: 'model', id: (await importModel(text)).id });
  }
  if (text === '') return FRESH;
  if (listModels().some(({ id }) => id === text)) return startValue({ kind: 'model', id: text });
  return startValue({ kind: 'run', id: (await history.find(text)).id });
}
