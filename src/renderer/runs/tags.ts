/** As many as a run can have. */
const MOST = 50;

/** The tags with one more; the same list when it adds nothing. */
export function withTag(tags: readonly string[], text: string): readonly string[] {
  const tag = text.trim().replace(/\s+/g, ' ');
  if (tag === '' || tags.includes(tag) || tags.length >= MOST) return tags;
  return [...tags, tag];
}
