/** The classes that a model finds likeliest, first the one it chooses: `count` numbers of classes, or all where there are fewer. */
export function likeliest(probabilities: ArrayLike<number>, count: number): readonly number[] {
  const of = (label: number): number => probabilities[label] ?? 0;
  return Array.from({ length: probabilities.length }, (_, label) => label)
    .sort((a, b) => of(b) - of(a) || a - b)
    .slice(0, count);
}
