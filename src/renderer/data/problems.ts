/** What to do about a problem with data, in the words of the app: the service's own hints name commands for a terminal. */
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

export function appProblem(problem: Problem): Problem {
  return { ...problem, hint: HINTS[problem.code] ?? problem.hint };
}
