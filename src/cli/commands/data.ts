/** `gradient-lab data`: the data sets, and getting them. */
import { Command } from 'commander';
import { fetchDataSet, listDataSets, removeDataSet, verifyDataSet } from '../../engine/data/index.ts';
import { LabError } from '../../shared/errors.ts';
import { EXIT } from '../exit.ts';
import { formatBytes, formatTable } from '../format.ts';
import { makeOutput, type Output } from '../output.ts';
import { RunReporter } from '../run-reporter.ts';
import { importCommand } from './data-import.ts';
import { previewCommand } from './data-preview.ts';
import { showCommand } from './data-show.ts';

interface JsonOption {
  readonly json?: boolean;
}

export function dataCommand(): Command {
  const data = new Command('data')
    .summary('list, show, fetch, verify, import, or remove data sets')
    .description(
      'Data sets: listed, shown, fetched from their sources, verified against their checksums, imported from your own files, or removed.',
    );

  data
    .command('list')
    .description('Lists the data sets and whether they are here.')
    .option('--json', 'one JSON object a data set')
    .action(async ({ json }: JsonOption) => {
      const output = outputFor(json);
      const listings = await listDataSets();
      for (const listing of listings) output.object({ ...listing, origin: listing.kind, kind: 'data-set' });
      const rows = listings.map(({ info, state, bytes }) => [
        info.id,
        state,
        formatBytes(bytes || info.bytes),
        info.splits.map((split) => `${split.name} ${split.examples.toLocaleString('en-US')}`).join(', '),
        info.name,
      ]);
      for (const row of formatTable(rows)) output.line(row);
    });

  data
    .command('fetch')
    .description(
      'Fetches a data set from its source and verifies it. What is there already stays until the new files are whole.',
    )
    .argument('<id>', 'a data set of `gradient-lab data list`')
    .option('--json', 'JSON lines of progress')
    .action(async (id: string, { json }: JsonOption) => {
      const output = outputFor(json);
      const abort = new AbortController();
      const stop = (): void => abort.abort();
      process.once('SIGINT', stop);
      const reporter = new RunReporter(output);
      try {
        await fetchDataSet(id, {
          signal: abort.signal,
          onProgress: (progress) => {
            output.object({ kind: 'fetching', ...progress });
            if (!output.json) reporter.onFetch(progress);
          },
        });
        output.object({ kind: 'fetched', id });
        output.line(`Fetched ${id}.`);
      } catch (error) {
        if (!abort.signal.aborted) throw error;
        output.line('Stopped; nothing was changed.');
        process.exitCode = EXIT.interrupted;
      } finally {
        process.off('SIGINT', stop);
      }
    });

  data
    .command('verify')
    .description('Hashes the files of a data set, or of all that are here, and compares.')
    .argument('[id]', 'one data set; all when left out')
    .option('--json', 'one JSON object a data set')
    .action(async (id: string | undefined, { json }: JsonOption) => {
      const output = outputFor(json);
      const here = (await listDataSets())
        .filter((listing) => listing.state !== 'absent')
        .map((listing) => listing.info.id);
      for (const each of id === undefined ? here : [id]) {
        try {
          await verifyDataSet(each);
          output.object({ kind: 'verified', id: each });
          output.line(`${each}: whole`);
        } catch (error) {
          output.error(error);
          process.exitCode = EXIT.failed;
        }
      }
    });

  data.addCommand(importCommand());
  data.addCommand(previewCommand());
  data.addCommand(showCommand());

  data
    .command('remove')
    .description('Removes the files of a data set from this machine.')
    .argument('<id>', 'a data set')
    .option('--json', 'one JSON object')
    .action(async (id: string, { json }: JsonOption) => {
      const output = outputFor(json);
      await removeDataSet(id);
      output.object({ kind: 'removed', id });
      output.line(`Removed ${id}.`);
    });

  data.action(() => {
    throw new LabError('usage', 'Expected list, show, fetch, verify, preview, import, or remove.', {
      hint: 'See `gradient-lab data --help`.',
    });
  });
  return data;
}

function outputFor(json: boolean | undefined): Output {
  return makeOutput(json ?? false, process.stdout, process.stderr);
}
