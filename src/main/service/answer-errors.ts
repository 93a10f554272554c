/** Turns whatever a procedure throws into the contract's PROBLEM: what happened, why, and what to do. */
import { ORPCError } from '@orpc/server';
import { ValidationError } from '@orpc/contract';
import type { Problem } from '../../shared/app.ts';
import { LabError } from '../../shared/errors.ts';
import { toProblem } from '../../shared/problems.ts';

/** `log` is told of errors that no one foresaw. */
export function toContractError(error: unknown, log: (text: string) => void): ORPCError<'PROBLEM', Problem> {
  const problem =
    error instanceof ORPCError ? ofProtocol(error as ORPCError<string, unknown>) : toProblem(error);
  if (!(error instanceof LabError) && problem.code === 'internal') log(problem.details ?? problem.message);
  return new ORPCError('PROBLEM', { message: problem.message, data: problem, cause: error });
}

/** What oRPC itself finds wrong: an input that does not fit its schema, first of all. */
function ofProtocol(error: ORPCError<string, unknown>): Problem {
  if (error.cause instanceof ValidationError) {
    const { issues } = error.cause;
    const told = issues.slice(0, 3).map(({ path, message }) => {
      const names = (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
      return names.length > 0 ? `${names.join('.')}: ${message}` : message;
    });
    return {
      code: 'usage/input',
      message: `The request does not have the expected form. ${told.join('; ')}.`,
      hint: 'Correct the value and try again.',
      details: issues.length > told.length ? `${issues.length} values do not fit.` : null,
    };
  }
  return { code: `rpc/${error.code.toLowerCase()}`, message: error.message, hint: null, details: null };
}
