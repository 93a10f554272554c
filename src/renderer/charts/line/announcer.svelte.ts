/** Words for a screen reader, at most once a second: the newest wins. */

export class Announcer {
  text = $state('');
  #last = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(text: string): void {
    clearTimeout(this.#timer);
    const wait = Math.max(0, this.#last + 1000 - performance.now());
    this.#timer = setTimeout(() => {
      this.#last = performance.now();
      this.text = text;
    }, wait);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
