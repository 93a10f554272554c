/** Flags that say how a file of texts is read: the same for a preview and for the import. */
import { Option, type Command } from 'commander';
import { TEXT_CHARSETS, type TextCharset, type TextOptions } from '../../shared/texts.ts';

export interface TextFlags {
  readonly textColumn?: string;
  readonly labelColumn?: string;
  readonly idColumn?: string;
  readonly delimiter?: string;
  /** False for `--no-header`, true by default: then the file tells. */
  readonly header: boolean;
  readonly charset?: TextCharset;
}

export function withTextFlags(command: Command): Command {
  return command
    .option('--text-column <name>', 'texts: the column of the texts; found out by default')
    .option('--label-column <name>', 'texts: the column of the labels; found out by default')
    .option(
      '--id-column <name>',
      'texts: a column that tells rows apart: rows that repeat a value are left out',
    )
    .option('--delimiter <character>', 'texts: what stands between columns; "tab" is one')
    .option('--no-header', 'texts: the first row is a row, and columns are called 1, 2 and so on')
    .addOption(
      new Option('--charset <name>', 'texts: the encoding of the file; found out by default').choices(
        TEXT_CHARSETS,
      ),
    );
}

export function textOptionsOf(flags: TextFlags): TextOptions {
  const { textColumn, labelColumn, idColumn, delimiter, header, charset } = flags;
  return {
    textColumn,
    labelColumn,
    idColumn,
    delimiter: delimiter === 'tab' ? '\t' : delimiter,
    header: header ? undefined : false,
    charset,
  };
}
