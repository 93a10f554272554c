/** What layers are called on screen. */

/** "hidden2" is lab 1's own name for its second hidden layer; a layer with a name of its own keeps it. */
export function layerTitle(name: string, isLast: boolean): string {
  const hidden = /^hidden(\d+)$/.exec(name);
  if (hidden !== null) return `Hidden layer ${hidden[1]}`;
  return isLast ? 'Logits' : name;
}
