/** `gradient-lab import FILE`: adds a run that another Gradient Lab has exported. */
import { Command } from 'commander';
import { partsOf, readRunExport } from '../../engine/runs/read-export.ts';
import { withHistory } from '../home.ts';
import { makeOutput } from '../output.ts';

export function importCommand(): Command {
  return new Command('import')
    .summary('add a run that was exported')
    .description(
      'Adds a run from a file that `gradient-lab export --format json` has made. It has no checkpoints.',
    )
    .argument('<file>', 'the file')
    .option('--json', 'one JSON object')
    .action((file: string, { json = false }: { json?: boolean }) =>
      withHistory(async (history) => {
        const output = makeOutput(json, process.stdout, process.stderr);
        const { number, id } = await history.import(partsOf(await readRunExport(file)));
        output.object({ kind: 'imported', run: id, number });
        output.line(`Imported as run ${number} (${id}).`);
      }),
    );
}
