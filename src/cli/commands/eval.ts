/** `gradient-lab eval RUN`: a run's metrics on one of its splits. */
import { Command, Option } from 'commander';
import { evaluateRun } from '../../engine/runs/index.ts';
import { DEVICES, type DeviceChoice } from '../../engine/runtime/index.ts';
import type { SplitName } from '../../engine/training/index.ts';
import { formatNumber, formatPercent } from '../format.ts';
import { makeOutput } from '../output.ts';

export function evalCommand(): Command {
  return new Command('eval')
    .summary('measure a run on one of its splits')
    .description('Measures the newest checkpoint of a run on one of its splits.')
    .argument('<run>', 'id of a run, its beginning, or "last"')
    .addOption(
      new Option('--split <split>', 'which examples')
        .choices(['train', 'validation', 'test'])
        .default('test'),
    )
    .addOption(new Option('--device <device>', 'where it computes').choices(DEVICES).default('auto'))
    .option('--json', 'one JSON object')
    .action(async (run: string, options: { split: SplitName; device: DeviceChoice; json?: boolean }) => {
      const output = makeOutput(options.json ?? false, process.stdout, process.stderr);
      const result = await evaluateRun(run, options.split, options.device);
      output.object({ kind: 'evaluation', ...result, split: options.split });
      output.line(`Run ${result.run}, step ${result.step.toLocaleString('en-US')}, ${options.split} split:`);
      for (const [name, value] of Object.entries(result.values)) {
        output.line(`  ${name} ${name === 'accuracy' ? formatPercent(value) : formatNumber(value)}`);
      }
    });
}
