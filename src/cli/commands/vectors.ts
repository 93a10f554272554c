/** `gradient-lab vectors`: word vectors that the labs of texts can start from. */
import { Command } from 'commander';
import { importVectors, listVectors, removeVectors } from '../../engine/vectors/index.ts';
import { leftOutText, VECTOR_FILE_LABELS, type WordVectors } from '../../shared/vectors.ts';
import { formatTable } from '../format.ts';
import { makeOutput } from '../output.ts';

interface JsonOption {
  readonly json?: boolean;
}

export function vectorsCommand(): Command {
  const vectors = new Command('vectors')
    .summary('list, import, or remove word vectors')
    .description(
      'Word vectors that were imported: from the text that word2vec, fastText, gensim or GloVe write, or from word2vec’s binary\n' +
        'form, plain or as .gz. `gradient-lab train imdb-lstm --vectors NAME` starts with them, trained further or frozen.',
    );
  vectors
    .command('list', { isDefault: true })
    .summary('list them')
    .option('--json', 'one JSON object a set')
    .action(({ json = false }: JsonOption) => {
      const output = makeOutput(json, process.stdout, process.stderr);
      const all = listVectors();
      for (const set of all) output.object({ ...set, kind: 'vectors', from: set.kind });
      for (const row of formatTable(all.map(rowOf))) output.line(row);
      if (all.length === 0)
        output.line('There are none yet. Import some: `gradient-lab vectors import FILE`.');
    });
  vectors
    .command('import')
    .summary('import a file of word vectors')
    .argument('<file>', 'the file')
    .option('--name <name>', "their name; made up from the file's where it is left out")
    .option('--json', 'one JSON object')
    .action(async (file: string, { name, json = false }: JsonOption & { name?: string }) => {
      const output = makeOutput(json, process.stdout, process.stderr);
      const set = await importVectors(file, { name });
      output.object({ ...set, kind: 'imported', from: set.kind });
      output.line(`Imported as ${set.id}: ${sizeOf(set)}.`);
      const leftOut = leftOutText(set);
      if (leftOut !== null) output.line(leftOut);
    });
  vectors
    .command('remove')
    .summary('remove a set; runs that have begun go on without it')
    .argument('<name>', 'its name')
    .option('--json', 'one JSON object')
    .action(async (name: string, { json = false }: JsonOption) => {
      const output = makeOutput(json, process.stdout, process.stderr);
      await removeVectors(name);
      output.object({ kind: 'removed', id: name });
      output.line(`Removed ${name}.`);
    });
  return vectors;
}

function rowOf(set: WordVectors): string[] {
  return [set.id, VECTOR_FILE_LABELS[set.kind], sizeOf(set), set.source];
}

function sizeOf({ words, width }: WordVectors): string {
  return `${words.toLocaleString('en-US')} words, ${width} numbers each`;
}
