/** Tensors in the order of the layers that have them. */
import type { ModelSummary } from '../../../shared/model.ts';

/** As the layers come, and within a layer as it names them: kernel before bias. Tensors of no layer come last, as they were. */
export function inLayerOrder<T extends { readonly tensor: string }>(
  tensors: readonly T[],
  summary: ModelSummary | null,
): readonly T[] {
  const names = (summary?.layers ?? []).flatMap(({ weights }) => weights.map(({ name }) => name));
  const places = new Map(names.map((name, place) => [name, place]));
  const of = (name: string): number => places.get(name) ?? names.length;
  return [...tensors].sort((a, b) => of(a.tensor) - of(b.tensor));
}
