/** The settings of a lab whose networks can start from weights that are there: an earlier run's, or those of an imported model. */
import { FRESH } from '../../shared/start.ts';

export const START_FIELDS = {
  startFrom: {
    kind: 'start',
    label: 'Start from',
    group: 'Start',
    help: 'Whose weights are taken: each layer of the same name and shapes; all others begin anew.',
    default: FRESH,
  },
  take: {
    kind: 'choice',
    label: 'Take',
    group: 'Start',
    onlyWith: 'startFrom',
    help: 'All layers that fit, or all but the last, which tells the classes: on other data it has to learn anew.',
    default: 'all',
    choices: ['all', 'body'],
  },
  freeze: {
    kind: 'choice',
    label: 'Freeze',
    group: 'Start',
    onlyWith: 'startFrom',
    help: 'Whether the layers that were taken stay as they are, and only the others train.',
    default: 'no',
    choices: ['no', 'yes'],
  },
} as const;
