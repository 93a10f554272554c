/** Problems with data in the words of the app: the service's own hints name commands for a terminal. */
import type { Problem } from '../../shared/app.ts';

const OWN_NAME = 'To keep these files as a data set of your own, import them again under a new name.';

const HINTS: Readonly<Record<string, string>> = {
  'data/absent': 'Fetch it on the Data page, then come back.',
  'data/exists': 'Choose another name, or remove that data set first.',
  'data/hash': OWN_NAME,
  'data/checksum': OWN_NAME,
  'data/wrong-size': OWN_NAME,
  'data/damaged': 'Repair it on the Data page: fetch it again, or remove and import your own.',
  'data/fetch-failed': 'Check the network and try again, or import the files if you have them.',
  'data/unknown': 'Choose one of the data sets on the Data page.',
};

/** What Node says where a server cannot be found or reached. */
const UNREACHABLE = /\b(ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ECONNREFUSED)\b/;

export function appProblem(problem: Problem): Problem {
  const hint = HINTS[problem.code] ?? problem.hint;
  if (problem.code !== 'data/fetch-failed') return { ...problem, hint };
  // What each mirror said is long, and for whoever looks for the cause.
  const message = UNREACHABLE.test(problem.message)
    ? 'It could not be fetched: its servers cannot be reached from here.'
    : 'It could not be fetched: no source gave all of it as it should be.';
  return {
    ...problem,
    message,
    hint,
    details: [problem.message, problem.details].filter(Boolean).join('\n\n'),
  };
}
