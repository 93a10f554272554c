/** What a verification says of each file of a data set. */
import type { Problem } from '../../shared/app.ts';
import type { VerifyReport } from '../../shared/data.ts';

export type FileResult = 'same' | 'different' | 'missing';

/**
 * The result of one file: from the report, or, where there is an error in its place, from what that says. An error that a data set is
 * damaged names every file that differs or is missing, in quotes; the others are as recorded. Null: not known.
 */
export function fileResult(
  name: string,
  report: VerifyReport | null,
  problem: Pick<Problem, 'code' | 'message'> | null,
): FileResult | null {
  if (report !== null) return report.files.find((file) => file.name === name)?.state ?? null;
  if (problem?.code !== 'data/damaged') return null;
  if (problem.message.includes(`Missing the file "${name}"`)) return 'missing';
  // Without a file that is named, the record itself cannot be read: nothing is known of any.
  if (!/Missing the file "|of "[^"]+", got/.test(problem.message)) return null;
  return problem.message.includes(`of "${name}", got`) ? 'different' : 'same';
}
