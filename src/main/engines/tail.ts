/** The last lines of a stream, kept for whoever has to find out why it ended. */

const KEPT = 50;
/** A line without an end is cut, so that it takes no memory. */
const LONGEST = 2000;

export class Tail {
  private readonly whole: string[] = [];
  private rest = '';

  add(text: string): void {
    const parts = (this.rest + text).split(/\r?\n/);
    this.rest = (parts.pop() as string).slice(0, LONGEST);
    for (const part of parts) this.whole.push(part.slice(0, LONGEST));
    this.whole.splice(0, this.whole.length - KEPT);
  }

  get lines(): readonly string[] {
    const lines = this.rest === '' ? this.whole : [...this.whole, this.rest];
    return lines.slice(-KEPT);
  }
}
