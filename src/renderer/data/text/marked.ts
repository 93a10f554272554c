/** A text in parts: those that were searched for, whatever their case, and the rest. Pure. */

export interface Part {
  readonly text: string;
  readonly isMarked: boolean;
}

export function markedParts(text: string, search: string): Part[] {
  const wanted = search.trim();
  if (wanted === '') return [{ text, isMarked: false }];
  // Lower case may be longer than the letter that it is of; a pattern finds places in the text itself.
  const pattern = new RegExp(wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+'), 'giu');
  const parts: Part[] = [];
  let at = 0;
  for (const { index, 0: found } of text.matchAll(pattern)) {
    if (index > at) parts.push({ text: text.slice(at, index), isMarked: false });
    parts.push({ text: found, isMarked: true });
    at = index + found.length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), isMarked: false });
  return parts;
}
