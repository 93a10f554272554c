/** Widths of text in the interface's font, without asking the page for a layout. */

let context: CanvasRenderingContext2D | null = null;
const widths = new Map<string, number>();

/** Pixels of `text` at a size and weight; remembered. */
export function textWidth(text: string, size = 11, weight = 420): number {
  const key = `${size} ${weight} ${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    context ??= document.createElement('canvas').getContext('2d');
    if (context === null) return text.length * size * 0.58;
    context.font = `${weight} ${size}px "IBM Plex Sans Variable", "IBM Plex Sans", system-ui, sans-serif`;
    width = context.measureText(text).width;
    // Ticks of a live chart are many; what was forgotten is measured again.
    if (widths.size > 2000) widths.clear();
    widths.set(key, width);
  }
  return width;
}

/** `text` cut at its end, with an ellipsis, to fit into `room` pixels; '' when not even that fits. */
export function fitText(text: string, room: number, size = 11, weight = 420): string {
  if (textWidth(text, size, weight) <= room) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (textWidth(`${text.slice(0, middle).trimEnd()}…`, size, weight) <= room) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? '' : `${text.slice(0, low).trimEnd()}…`;
}
