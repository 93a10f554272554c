/** Names of what a recurrent layer keeps and decides. */

/** Gates lie between 0 and 1; states and candidates around 0. */
export function isGate(part: string): boolean {
  return / gate$/.test(part);
}

export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
