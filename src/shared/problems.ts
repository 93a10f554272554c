/** Errors on their way between processes: `toProblem` before the channel, `ProblemError` behind it. */
import type { Problem } from './app.ts';
import { LabError, messageOf } from './errors.ts';

/** An error that came from elsewhere, with what may help whoever has to find the cause. */
export class ProblemError extends LabError {
  readonly details: string | null;

  constructor({ code, message, hint, details }: Problem) {
    super(code, message, hint === null ? {} : { hint });
    this.details = details;
  }
}

/** Anything that was thrown. What no one foresaw has the code 'internal' and its stack in the details. */
export function toProblem(error: unknown): Problem {
  const foreseen = error instanceof LabError;
  const stack = error instanceof Error ? (error.stack ?? null) : null;
  return {
    code: foreseen ? error.code : 'internal',
    message: messageOf(error),
    hint: foreseen ? (error.hint ?? null) : null,
    details: error instanceof ProblemError ? error.details : foreseen ? null : stack,
  };
}
