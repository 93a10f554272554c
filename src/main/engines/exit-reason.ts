/** Why an engine is gone, in words for the person whose run it was. */
import type { Problem } from '../../shared/app.ts';

export interface EngineExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** Why main ended it, or null where main did not. */
  readonly ended: string | null;
  /** The last lines of its output. */
  readonly lines: readonly string[];
  /** Its memory when it was last heard of, in bytes; 0 where it was never heard of. */
  readonly rssBytes: number;
}

const CRASHES = ['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGABRT', 'SIGTRAP'];
const OUT_OF_MEMORY = /heap out of memory|std::bad_alloc|out of memory|OOM when allocating/i;
const SMALLER = 'Resume the run, with other programs closed; a smaller batch or network needs less memory.';
const RESUME = 'Resume the run from its last checkpoint.';

/** Code `engine/lost`, with exit code, memory and the last lines in the details. */
export function describeExit(exit: EngineExit): Problem {
  const [message, hint] = sentences(exit);
  const facts = [
    exit.signal === null ? `Exit code ${exit.code ?? 'unknown'}` : `Signal ${exit.signal}`,
    ...(exit.rssBytes > 0 ? [`Memory ${gigabytes(exit.rssBytes)}`] : []),
  ];
  return { code: 'engine/lost', message, hint, details: [facts.join(', '), ...exit.lines].join('\n') };
}

function sentences({ code, signal, ended, lines, rssBytes }: EngineExit): [message: string, hint: string] {
  if (ended !== null) return [ended, RESUME];
  const memory = rssBytes > 0 ? ` It used ${gigabytes(rssBytes)}.` : '';
  if (lines.some((line) => OUT_OF_MEMORY.test(line)))
    return [`The engine ran out of memory.${memory}`, SMALLER];
  if (signal === 'SIGKILL') {
    const why = 'the system may have run out of memory, or someone ended it';
    return [`The engine was ended by signal SIGKILL; ${why}.${memory}`, SMALLER];
  }
  if (signal !== null && CRASHES.includes(signal))
    return [`The engine crashed with signal ${signal}.`, RESUME];
  if (signal !== null) return [`The engine was ended by signal ${signal}.`, RESUME];
  return [`The engine ended by itself, with exit code ${code ?? 'unknown'}.`, RESUME];
}

function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
