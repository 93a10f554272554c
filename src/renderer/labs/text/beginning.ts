/** How a text begins, on one line. Pure. */

const LENGTH = 240;

/** Line breaks, those of HTML too, are spaces. */
export function beginningOf(text: string): string {
  return text
    .slice(0, 2 * LENGTH)
    .replace(/(<br\s*\/?>|\s)+/gi, ' ')
    .trim()
    .slice(0, LENGTH);
}
