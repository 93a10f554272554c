/**
 * Where the command line's words go: a live line on a terminal, plain lines when piped, JSON lines for programs.
 * With `--json` stdout carries nothing but JSON, one object a line.
 */
import { LabError, messageOf } from '../shared/errors.ts';
import type { RunError } from '../shared/run-events.ts';

export interface Output {
  readonly json: boolean;
  /** A line for a person; nothing with `--json`. */
  line(text?: string): void;
  /** An object for a program; nothing without `--json`. */
  object(value: object): void;
  /** Replaces the live line on a terminal; without one it does nothing. */
  live(text: string): void;
  /** Whether `live` shows anything. */
  readonly hasLiveLine: boolean;
  /** Characters that fit into the live line. */
  readonly width: number;
  error(error: unknown): void;
}

export function makeOutput(json: boolean, stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Output {
  const hasLiveLine = !json && stdout.isTTY;
  let shown = false;
  const clear = (): void => {
    if (shown) stdout.write('\r\x1b[K');
    shown = false;
  };
  return {
    json,
    hasLiveLine,
    get width() {
      return Math.max(0, (stdout.columns || 80) - 1);
    },
    line(text = '') {
      if (json) return;
      clear();
      stdout.write(`${text}\n`);
    },
    object(value) {
      if (json) stdout.write(`${JSON.stringify(value)}\n`);
    },
    live(text) {
      if (!hasLiveLine) return;
      stdout.write(`\r\x1b[K${text.slice(0, this.width)}`);
      shown = true;
    },
    error(error) {
      const described = describeError(error);
      if (json) {
        stdout.write(`${JSON.stringify(described)}\n`);
        return;
      }
      clear();
      stderr.write(`${described.message}\n`);
      if (described.hint !== null) stderr.write(`${described.hint}\n`);
      const unexpected = !(error instanceof LabError) && error instanceof Error;
      if (unexpected && error.stack !== undefined) stderr.write(`${error.stack}\n`);
    },
  };
}

export function describeError(error: unknown): RunError {
  const lab = error instanceof LabError ? error : undefined;
  return { kind: 'error', code: lab?.code ?? 'internal', message: messageOf(error), hint: lab?.hint ?? null };
}
