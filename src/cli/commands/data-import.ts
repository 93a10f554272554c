/** `gradient-lab data import`: data sets from a person's own files. */
import { Command } from 'commander';
import { importDataSet } from '../../engine/data/index.ts';
import type { PictureOptions } from '../../shared/data.ts';
import { makeOutput } from '../output.ts';
import { textOptionsOf, withTextFlags, type TextFlags } from './text-flags.ts';

interface ImportFlags extends TextFlags {
  readonly as: string;
  readonly size: string;
  readonly grey?: boolean;
  readonly fit: string;
  readonly testShare: string;
  readonly seed: string;
  readonly json?: boolean;
}

export function importCommand(): Command {
  const command = new Command('import')
    .description(
      'Imports a data set from your own files: one that is known, from its published files, or a new one, from IDX files (plain or gzipped), from pictures (PNG or JPEG) or texts (.txt), one folder a class, or from a table of texts.',
    )
    .argument('<path>', 'a folder, an archive, an IDX file, or a table of texts: CSV, TSV or JSONL')
    .requiredOption('--as <id>', 'the data set that it is, such as fashion-mnist, or a new name')
    .option('--size <pixels>', 'pictures: size of the images, such as 32 or 24x32 (rows x columns)', '32')
    .option('--grey', 'pictures: grey images')
    .option('--fit <how>', 'pictures: "crop" takes the middle, "stretch" squeezes all of it', 'crop')
    .option(
      '--test-share <share>',
      'pictures and texts: share drawn for testing, where there are no folders "train" and "test"',
      '0.2',
    )
    .option('--seed <number>', 'pictures and texts: what the draw for testing depends on', '0');
  return withTextFlags(command)
    .option('--json', 'one JSON object')
    .action(async (path: string, flags: ImportFlags) => {
      const output = makeOutput(flags.json ?? false, process.stdout, process.stderr);
      const draw = { testShare: numberOf(flags.testShare), seed: numberOf(flags.seed) };
      const { info, skipped, skippedCount } = await importDataSet(path, {
        as: flags.as,
        pictures: { ...pictureOptionsOf(flags), ...draw },
        texts: { ...textOptionsOf(flags), ...draw },
      });
      output.object({ kind: 'imported', id: info.id, skipped, skippedCount });
      output.line(
        `Imported ${info.id}: ${info.splits.map((split) => `${split.name} ${split.examples.toLocaleString('en-US')}`).join(', ')}.`,
      );
      const isText = info.features.some(({ dtype }) => dtype === 'text');
      if (isText) output.line(`Classes: ${info.classes.join(', ')}.`);
      if (skippedCount === 0) return;
      output.line(`Left out ${skippedCount.toLocaleString('en-US')} ${isText ? 'rows or files' : 'files'}:`);
      for (const { name, problem } of skipped) output.line(`  ${name}: ${problem}`);
      if (skippedCount > skipped.length) {
        output.line(`  and ${(skippedCount - skipped.length).toLocaleString('en-US')} more.`);
      }
    });
}

/** What the flags say; that the values make sense, the import itself checks. */
function pictureOptionsOf({ size, grey, fit }: ImportFlags): Omit<PictureOptions, 'testShare' | 'seed'> {
  const [rows = '', columns = rows] = size.split('x');
  return {
    rows: numberOf(rows),
    columns: numberOf(columns),
    channels: grey === true ? 1 : 3,
    fit: fit as PictureOptions['fit'],
  };
}

/** Not a number for an empty text, which `Number` takes for 0. */
const numberOf = (text: string): number => (text.trim() === '' ? NaN : Number(text));
