/** `gradient-lab data preview`: what a file or folder of texts holds, before it is imported. */
import { Command } from 'commander';
import { previewTexts } from '../../engine/data/index.ts';
import type { TextPreview } from '../../shared/texts.ts';
import { formatBytes, formatTable } from '../format.ts';
import { makeOutput, type Output } from '../output.ts';
import { textOptionsOf, withTextFlags, type TextFlags } from './text-flags.ts';

const SHOWN_ROWS = 5;
const SHOWN_CLASSES = 12;
const CELL = 50;

export function previewCommand(): Command {
  const command = new Command('preview')
    .description(
      'Shows how a file or folder of texts would be read: columns, first rows, classes, rows that cannot be used.',
    )
    .argument(
      '<path>',
      'a table of texts (CSV, TSV or JSONL), or a folder with a folder of .txt files for each class',
    );
  return withTextFlags(command)
    .option('--json', 'one JSON object')
    .action(async (path: string, flags: TextFlags & { readonly json?: boolean }) => {
      const output = makeOutput(flags.json ?? false, process.stdout, process.stderr);
      const preview = await previewTexts(path, textOptionsOf(flags));
      output.object({ kind: 'preview', ...preview });
      show(preview, output);
    });
}

function show(preview: TextPreview, output: Output): void {
  const { format, charset, delimiter, header, columns, rows, classes, problems } = preview;
  const how = [format, charset, delimiter === null ? null : `delimiter ${JSON.stringify(delimiter)}`];
  if (delimiter !== null) how.push(header ? 'with a header' : 'without a header');
  output.line(`${how.filter((part) => part !== null).join(', ')}, ${formatBytes(preview.bytes)}`);
  const roles = [
    ['Texts', preview.textColumn],
    ['Labels', preview.labelColumn],
    ...(preview.idColumn === null ? [] : [['Ids', preview.idColumn] as const]),
  ] as const;
  for (const [role, column] of roles) {
    output.line(
      `${role.padEnd(8)}${column === null ? 'no column looks like it: choose one' : `"${column}"`}`,
    );
  }
  output.line();
  for (const line of formatTable([columns, ...rows.slice(0, SHOWN_ROWS)].map((cells) => cells.map(cellOf)))) {
    output.line(line);
  }
  output.line();
  const looked = `${preview.looked.toLocaleString('en-US')} ${format === 'folder' ? 'files' : 'rows'}`;
  output.line(preview.isWhole ? `${looked}.` : `The first ${looked}:`);
  for (const { name, rows: count } of classes.slice(0, SHOWN_CLASSES)) {
    output.line(`  ${cellOf(name)}: ${count.toLocaleString('en-US')}`);
  }
  if (classes.length > SHOWN_CLASSES) output.line(`  and ${classes.length - SHOWN_CLASSES} classes more`);
  for (const { name, problem } of problems) output.line(`${name}: ${problem}`);
}

/** A value on one line, cut where it is long. */
function cellOf(value: string): string {
  const line = value.replace(/\s+/g, ' ');
  return line.length > CELL ? `${line.slice(0, CELL - 1)}…` : line;
}
