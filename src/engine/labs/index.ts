/** The list of labs. A lab is added here, and nowhere else. */
import { LabError } from '../../shared/errors.ts';
import { mlp } from './01-mlp.ts';
import { cnn } from './03-cnn.ts';
import { resnet } from './04-resnet.ts';
import { rnn } from './05-rnn.ts';
import { lstm } from './06-lstm.ts';
import type { Lab } from './lab.ts';

export { describeLab, type Lab } from './lab.ts';

export const LABS: readonly Lab[] = [mlp, cnn, resnet, rnn, lstm];

/** The lab called `id`. */
export function labById(id: string): Lab {
  const lab = LABS.find((candidate) => candidate.id === id);
  if (lab === undefined) {
    throw new LabError('lab/unknown', `Unknown lab "${id}".`, {
      hint: `There are ${LABS.map((known) => known.id).join(', ')}.`,
    });
  }
  return lab;
}
