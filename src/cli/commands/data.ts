/** `gradient-lab data`: the data sets, and getting them. */
import { Command } from 'commander';
import {
  fetchDataSet,
  importDataSet,
  listDataSets,
  removeDataSet,
  verifyDataSet,
} from '../../engine/data/index.ts';
import type { PictureOptions } from '../../shared/data.ts';
import { LabError } from '../../shared/errors.ts';
import { EXIT } from '../exit.ts';
import { formatBytes, formatTable } from '../format.ts';
import { makeOutput, type Output } from '../output.ts';
import { RunReporter } from '../run-reporter.ts';

interface JsonOption {
  readonly json?: boolean;
}

export function dataCommand(): Command {
  const data = new Command('data')
    .summary('list, fetch, verify, import, or remove data sets')
    .description(
      'Data sets: listed, fetched from their sources, verified against their checksums, imported from your own files, or removed.',
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

  data
    .command('import')
    .description(
      'Imports a data set from your own files: one that is known, from its published files, or a new one, from IDX files (plain or gzipped) or from pictures (PNG or JPEG), one folder a class.',
    )
    .argument('<path>', 'a folder with images and labels, or with a folder of pictures for each class')
    .requiredOption('--as <id>', 'the data set that it is, such as fashion-mnist, or a new name')
    .option('--size <pixels>', 'pictures: size of the images, such as 32 or 24x32 (rows x columns)', '32')
    .option('--grey', 'pictures: grey images')
    .option('--fit <how>', 'pictures: "crop" takes the middle, "stretch" squeezes all of it', 'crop')
    .option(
      '--test-share <share>',
      'pictures: share drawn for testing, where there are no folders "train" and "test"',
      '0.2',
    )
    .option('--seed <number>', 'pictures: what the draw for testing depends on', '0')
    .option('--json', 'one JSON object')
    .action(async (path: string, options: JsonOption & PictureFlags & { as: string }) => {
      const output = outputFor(options.json);
      const { info, skipped } = await importDataSet(path, {
        as: options.as,
        pictures: pictureOptionsOf(options),
      });
      output.object({ kind: 'imported', id: info.id, skipped });
      output.line(
        `Imported ${info.id}: ${info.splits.map((split) => `${split.name} ${split.examples.toLocaleString('en-US')}`).join(', ')}.`,
      );
      if (skipped.length > 0) output.line(`Left out ${skipped.length} files:`);
      for (const { name, problem } of skipped) output.line(`  ${name}: ${problem}`);
    });

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
    throw new LabError('usage', 'Expected list, fetch, verify, import, or remove.', {
      hint: 'See `gradient-lab data --help`.',
    });
  });
  return data;
}

interface PictureFlags {
  readonly size: string;
  readonly grey?: boolean;
  readonly fit: string;
  readonly testShare: string;
  readonly seed: string;
}

/** What the flags say; that the values make sense, the import itself checks. */
function pictureOptionsOf({ size, grey, fit, testShare, seed }: PictureFlags): PictureOptions {
  const [rows = '', columns = rows] = size.split('x');
  return {
    rows: numberOf(rows),
    columns: numberOf(columns),
    channels: grey === true ? 1 : 3,
    fit: fit as PictureOptions['fit'],
    testShare: numberOf(testShare),
    seed: numberOf(seed),
  };
}

/** Not a number for an empty text, which `Number` takes for 0. */
const numberOf = (text: string): number => (text.trim() === '' ? NaN : Number(text));

function outputFor(json: boolean | undefined): Output {
  return makeOutput(json ?? false, process.stdout, process.stderr);
}
