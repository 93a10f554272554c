/** `gradient-lab eval RUN`: a run's metrics on one of its splits. */
import { Command, Option } from 'commander';
import { evaluateModel } from '../../engine/runs/index.ts';
import { DEVICES, type DeviceChoice } from '../../engine/runtime/index.ts';
import { runFolder } from '../../main/service/places.ts';
import { SPLIT_NAMES, type SplitName } from '../../shared/data.ts';
import { formatNumber, formatPercent } from '../format.ts';
import { labHome, withHistory } from '../home.ts';
import { makeOutput } from '../output.ts';

interface EvalOptions {
  readonly split: SplitName;
  readonly device: DeviceChoice;
  readonly json?: boolean;
}

export function evalCommand(): Command {
  return new Command('eval')
    .summary('measure a run on one of its splits')
    .description('Measures the newest checkpoint of a run on one of its splits.')
    .argument('<run>', 'number or id of a run, the beginning of an id, or "last"')
    .addOption(new Option('--split <split>', 'which examples').choices(SPLIT_NAMES).default('test'))
    .addOption(new Option('--device <device>', 'where it computes').choices(DEVICES).default('auto'))
    .option('--json', 'one JSON object')
    .action(async (text: string, { split, device, json = false }: EvalOptions) => {
      const output = makeOutput(json, process.stdout, process.stderr);
      const run = await withHistory((history) => history.find(text));
      const model = { ...run, folder: runFolder(labHome(), run.id) };
      const { step, values } = await evaluateModel(run.id, model, split, {
        device,
        intraOpThreads: run.threads,
      });
      output.object({ kind: 'evaluation', run: run.id, step, values, split });
      output.line(`Run ${run.number} (${run.id}), step ${step.toLocaleString('en-US')}, ${split} split:`);
      for (const [name, value] of Object.entries(values)) {
        output.line(`  ${name} ${name === 'accuracy' ? formatPercent(value) : formatNumber(value)}`);
      }
    });
}
