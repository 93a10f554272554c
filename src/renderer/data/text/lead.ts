/** Which class has a token most often. Pure. */

interface Counted {
  readonly count: number;
  /** [classes] */
  readonly byClass: ArrayLike<number>;
}

/** The class with the most, and its share of all; null where two or more share the first place. */
export function leadOf(
  byClass: ArrayLike<number>,
): { readonly label: number; readonly share: number } | null {
  let [label, total, isShared] = [0, 0, false];
  for (let i = 0; i < byClass.length; i++) {
    const count = byClass[i] as number;
    total += count;
    if (i === 0) continue;
    const most = byClass[label] as number;
    if (count > most) [label, isShared] = [i, false];
    else if (count === most) isShared = true;
  }
  return isShared || total === 0 ? null : { label, share: (byClass[label] as number) / total };
}

/** Those that most belong to one class first; of equal ones the more frequent. */
export function byLopsidedness<T extends Counted>(tokens: readonly T[]): T[] {
  const shareOf = ({ byClass }: T): number => leadOf(byClass)?.share ?? 0;
  return [...tokens].sort((a, b) => shareOf(b) - shareOf(a) || b.count - a.count);
}
