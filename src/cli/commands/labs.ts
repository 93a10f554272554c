/** `gradient-lab labs`: what there is to train. */
import { Command } from 'commander';
import { LABS } from '../../engine/labs/index.ts';
import { flagOf } from '../../shared/fields.ts';
import { formatTable } from '../format.ts';
import { makeOutput } from '../output.ts';

export function labsCommand(): Command {
  return new Command('labs')
    .summary('list the labs')
    .description('Lists the labs that can be trained, with their settings under --json.')
    .option('--json', 'one JSON object a lab')
    .action(({ json = false }: { json?: boolean }) => {
      const output = makeOutput(json, process.stdout, process.stderr);
      for (const { id, number, title, summary, teaches, fields } of LABS) {
        const flags = Object.fromEntries(
          Object.entries(fields).map(([name, field]) => [name, { flag: flagOf(name), ...field }]),
        );
        output.object({ kind: 'lab', id, number, title, summary, teaches, fields: flags });
      }
      const rows = LABS.map((lab) => [String(lab.number), lab.id, `${lab.title}: ${lab.summary}`]);
      for (const row of formatTable(rows)) output.line(row);
      output.line();
      output.line('Train one with `gradient-lab train LAB`; its settings: `gradient-lab train LAB --help`.');
    });
}
