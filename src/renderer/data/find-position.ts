/**
 * The place of example number `index` in a filtered list whose numbers rise, by halving: `numberAt(position)` loads what it needs.
 * Null when the filter leaves the example out.
 */
export async function findPosition(
  index: number,
  total: number,
  numberAt: (position: number) => Promise<number>,
): Promise<number | null> {
  let first = 0;
  let end = total;
  while (first < end) {
    const middle = (first + end) >> 1;
    const number = await numberAt(middle);
    if (number === index) return middle;
    if (number < index) first = middle + 1;
    else end = middle;
  }
  return null;
}
