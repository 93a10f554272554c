/** Moves labels as little as can be, so that none touch. */

/**
 * Positions near `wanted`, at least `gap` apart and within [low, high]: those with the least sum of squared moves (isotonic
 * regression by pooling neighbours). Where there is no room for all, the gaps shrink evenly.
 */
export function spread(wanted: readonly number[], gap: number, low: number, high: number): number[] {
  const count = wanted.length;
  if (count === 0) return [];
  const step = count > 1 ? Math.min(gap, (high - low) / (count - 1)) : gap;
  const order = wanted.map((_, index) => index).sort((a, b) => (wanted[a] as number) - (wanted[b] as number));
  // With the gaps taken out, positions need only not fall: neighbours that would are pooled at their mean.
  const pools: { sum: number; size: number }[] = [];
  order.forEach((index, rank) => {
    let pool = { sum: (wanted[index] as number) - rank * step, size: 1 };
    for (;;) {
      const before = pools[pools.length - 1];
      if (before === undefined || before.sum / before.size < pool.sum / pool.size) break;
      pools.pop();
      pool = { sum: before.sum + pool.sum, size: before.size + pool.size };
    }
    pools.push(pool);
  });
  const placed = new Array<number>(count).fill(0);
  let rank = 0;
  for (const { sum, size } of pools) {
    const base = Math.min(Math.max(sum / size, low), high - (count - 1) * step);
    for (let i = 0; i < size; i++, rank++) placed[order[rank] as number] = base + rank * step;
  }
  return placed;
}
