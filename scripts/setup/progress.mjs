// @ts-check

/**
 * @typedef {object} Task one named piece of work that is being shown
 * @property {(text: string) => void} update what it is at, e.g. "42 %"
 * @property {(text?: string) => void} done
 */

/**
 * @typedef {object} Progress
 * @property {(title: string) => Task} start
 * @property {(text: string) => void} note
 * @property {() => void} clear takes a live line away, before something else is printed
 */

/** On a log, one line in this many milliseconds shows that the work goes on without filling the log. */
const LOG_INTERVAL_MS = 10_000;

/**
 * Shows what the set-up does. Everything goes to the error stream, because the output belongs to the command that follows.
 * On a terminal one line is rewritten in place; elsewhere plain lines are added now and then.
 * @param {{ stream?: { write(text: string): unknown, isTTY?: boolean, columns?: number }, now?: () => number }} [options]
 * @returns {Progress}
 */
export function makeProgress({ stream = process.stderr, now = () => performance.now() } = {}) {
  const live = stream.isTTY === true && process.env['TERM'] !== 'dumb';
  let lineShown = false;

  const clear = () => {
    if (lineShown) stream.write('\r\x1b[2K');
    lineShown = false;
  };
  /** @param {string} text */
  const print = (text) => {
    clear();
    stream.write(`${text}\n`);
  };

  /** @param {string} title @returns {Task} */
  const start = (title) => {
    const began = now();
    let lastShown = began;
    let text = '';
    const seconds = () => ((now() - began) / 1000).toFixed(now() - began < 9_950 ? 1 : 0);
    const show = () => {
      const line = `${title}${text ? `: ${text}` : ''} (${seconds()} s)`;
      if (live) {
        // A line that wraps could not be taken back with a carriage return.
        stream.write(`\r\x1b[2K${line.slice(0, (stream.columns ?? 80) - 1)}`);
        lineShown = true;
      } else if (now() - lastShown >= LOG_INTERVAL_MS) {
        lastShown = now();
        stream.write(`${line}\n`);
      }
    };
    if (!live) stream.write(`${title} ...\n`);
    const timer = setInterval(show, live ? 250 : LOG_INTERVAL_MS);
    timer.unref();
    return {
      update(next) {
        text = next;
        if (!live) show();
      },
      done(result = 'done') {
        clearInterval(timer);
        print(`${title}: ${result} (${seconds()} s)`);
      },
    };
  };

  return { start, note: print, clear };
}

/**
 * A size for people.
 * @param {number} bytes
 */
export function megabytes(bytes) {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}
