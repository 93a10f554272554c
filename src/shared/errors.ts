/**
 * An error that a person can act on: what was expected, what came, and what to do.
 *
 * `code` is stable (tests, the command line and other processes rely on it), `message` is for the person, `hint` says what
 * to do next. Everything else (stack, cause) is for the log.
 */
export class LabError extends Error {
  override readonly name = 'LabError';
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
