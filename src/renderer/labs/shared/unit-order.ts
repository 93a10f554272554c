/** The order in which units, filters or maps are shown. */

/** Numbers of units, the largest score first; equal ones in their own order. Without scores: as they are. */
export function orderUnits(count: number, scores: Float32Array | null): Int32Array {
  const order = Int32Array.from({ length: count }, (_, unit) => unit);
  if (scores === null) return order;
  return order.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
}
