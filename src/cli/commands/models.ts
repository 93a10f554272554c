/** `gradient-lab models`: models of other programs that runs can start from. */
import { Command } from 'commander';
import { importModel, listModels, removeModel } from '../../engine/models/index.ts';
import { MODEL_FILE_LABELS, type ImportedModel } from '../../shared/models.ts';
import { formatTable } from '../format.ts';
import { makeOutput, type Output } from '../output.ts';

interface JsonOption {
  readonly json?: boolean;
}

export function modelsCommand(): Command {
  const models = new Command('models')
    .summary('list, import, or remove models of other programs')
    .description(
      'Models that were imported: from a .keras file or .weights.h5 of Keras 3, the model.json of TensorFlow.js with its folder\n' +
        'or a zip of it, or .safetensors. `gradient-lab train LAB --start-from NAME` takes their weights; the path of a file\n' +
        'there imports it first.',
    );
  models
    .command('list', { isDefault: true })
    .summary('list them')
    .option('--json', 'one JSON object a model')
    .action(({ json = false }: JsonOption) => {
      const output = makeOutput(json, process.stdout, process.stderr);
      const all = listModels();
      for (const model of all) output.object({ ...model, kind: 'model', from: model.kind });
      for (const row of formatTable(all.map(rowOf))) output.line(row);
      if (all.length === 0) output.line('There are none yet. Import one: `gradient-lab models import FILE`.');
    });
  models
    .command('import')
    .summary('import the file of a model')
    .argument('<path>', 'the file, or the folder that TensorFlow.js has saved a model in')
    .option('--as <name>', "its name; made up from the file's where it is left out")
    .option('--json', 'one JSON object')
    .action(async (path: string, { as, json = false }: JsonOption & { as?: string }) => {
      told(makeOutput(json, process.stdout, process.stderr), await importModel(path, { as }));
    });
  models
    .command('remove')
    .summary('remove one; runs that have begun go on without it')
    .argument('<name>', 'its name')
    .option('--json', 'one JSON object')
    .action(async (name: string, { json = false }: JsonOption) => {
      const output = makeOutput(json, process.stdout, process.stderr);
      await removeModel(name);
      output.object({ kind: 'removed', id: name });
      output.line(`Removed ${name}.`);
    });
  return models;
}

function told(output: Output, model: ImportedModel): void {
  output.object({ ...model, kind: 'imported', from: model.kind });
  output.line(`Imported as ${model.id}: ${model.layers.length} layers, ${weightsOf(model)} weights.`);
  if (model.network === null)
    output.line('It has weights alone: layers of a lab take them by name and shape.');
}

function rowOf(model: ImportedModel): string[] {
  const { network } = model;
  const ends =
    network === null ? 'weights alone' : `[${network.input.join(', ')}] to [${network.output.join(', ')}]`;
  return [model.id, MODEL_FILE_LABELS[model.kind], `${weightsOf(model)} weights`, ends, model.source];
}

function weightsOf({ weights }: ImportedModel): string {
  return weights.toLocaleString('en-US');
}
