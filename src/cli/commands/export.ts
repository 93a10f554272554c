/** `gradient-lab export RUN`: its points for a spreadsheet, all of it for another Gradient Lab, or its model for other programs. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { unzipSync } from 'fflate';
import { exportModel } from '../../engine/runs/index.ts';
import { exportFolder, exportText } from '../../main/service/exports.ts';
import { exportsFolder, runFolder } from '../../main/service/places.ts';
import { MODEL_ENDINGS, MODEL_FORMATS, type ModelFormat } from '../../shared/run-files.ts';
import { labHome, withHistory } from '../home.ts';
import { makeOutput } from '../output.ts';

interface ExportOptions {
  readonly format: 'csv' | 'json' | 'folder' | ModelFormat;
  readonly out?: string;
  readonly json?: boolean;
}

export function exportCommand(): Command {
  return new Command('export')
    .summary('write a run to a file or a folder')
    .description(
      'Writes a run: its points as CSV; all of it as JSON, which `gradient-lab import` takes; or both with its checkpoints in a folder.\n' +
        'Or its trained model: keras, for labs of layers, opens with keras.saving.load_model; tfjs, for the same labs, is a folder\n' +
        'with the model.json that tf.loadLayersModel opens; safetensors holds the weights alone.\n' +
        'CSV and JSON go to stdout unless --out names a file.',
    )
    .argument('<run>', 'number or id of a run, the beginning of an id, or "last"')
    .addOption(
      new Option('--format <format>', 'what is written')
        .choices(['csv', 'json', 'folder', ...MODEL_FORMATS])
        .default('csv'),
    )
    .option(
      '--out <path>',
      "the file, or for a folder the one in which it is made (default: exports in the lab's own)",
    )
    .option('--json', 'one JSON object that says where the run was written; CSV and JSON go to a file')
    .action((text: string, { format, out, json = false }: ExportOptions) =>
      withHistory(async (history) => {
        const output = makeOutput(json, process.stdout, process.stderr);
        const run = await history.find(text);
        const { number, id } = run;
        let path: string;
        if (format === 'folder') {
          const home = labHome();
          path = await exportFolder(history, number, { home, parent: resolve(out ?? exportsFolder(home)) });
        } else if (format === 'keras' || format === 'safetensors' || format === 'tfjs') {
          const model = { ...run, folder: runFolder(labHome(), id) };
          const { bytes } = await exportModel(id, model, format);
          path = resolve(out ?? (format === 'tfjs' ? `${id}-tfjs` : `${id}.${MODEL_ENDINGS[format]}`));
          await (format === 'tfjs' ? unpack(bytes, path) : writeFile(path, bytes));
        } else {
          const { fileName, text: contents } = await exportText(history, number, format);
          if (out === undefined && !json) return void process.stdout.write(contents);
          path = resolve(out ?? fileName);
          await writeFile(path, contents);
        }
        output.object({ kind: 'exported', run: id, format, path });
        output.line(`Run ${number} is in ${path}`);
      }),
    );
}

/** Writes the files of a zip of our own, which has no folders, into a folder. */
async function unpack(zip: Uint8Array, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(unzipSync(zip))) await writeFile(join(folder, name), bytes);
}
