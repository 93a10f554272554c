/** `gradient-lab data show`: everything about one data set. */
import { Command } from 'commander';
import { findDataSet, listDataSets, loadDataSet } from '../../engine/data/index.ts';
import { textStatisticsOf, TextViews } from '../../engine/inspect/index.ts';
import type { DataSetInfo } from '../../shared/data.ts';
import type { TextEncoding, TextStatistics } from '../../shared/texts.ts';
import { formatBytes, formatPercent, formatTable } from '../format.ts';
import { makeOutput } from '../output.ts';

/** Words as the labs of texts take them when nothing else is asked for. */
const WORDS: TextEncoding = { tokenizer: 'word', vocabularySize: 20_000, length: 200, keep: 'first' };
const SHOWN_WORDS = 20;

export function showCommand(): Command {
  return new Command('show')
    .description(
      'Shows a data set: splits, classes, features, files, licence; of texts their lengths and words.',
    )
    .argument('<id>', 'a data set of `gradient-lab data list`')
    .option('--json', 'one JSON object')
    .action(async (id: string, { json }: { readonly json?: boolean }) => {
      const output = makeOutput(json ?? false, process.stdout, process.stderr);
      findDataSet(id); // says what is wrong with a name that is not known
      const listing = (await listDataSets()).find(({ info }) => info.id === id);
      if (listing === undefined) return;
      const { info, state } = listing;
      const isText = info.features.some(({ dtype }) => dtype === 'text');
      const statistics =
        isText && state === 'present'
          ? await textStatisticsOf(new TextViews(), loadDataSet(id), WORDS, new AbortController().signal)
          : null;
      output.object({
        ...listing,
        origin: listing.kind,
        kind: 'data-set',
        texts: statistics && factsOf(statistics),
      });
      const rows = [
        ['Name', info.name],
        ['State', `${state}, ${formatBytes(listing.bytes || info.bytes)}`],
        ...info.splits.map(({ name, examples }) => [name, `${examples.toLocaleString('en-US')} examples`]),
        ...info.features.map(({ name, dtype, shape }) => [
          name,
          [shape.join(' x '), dtype].filter(Boolean).join(' '),
        ]),
        ['Classes', info.classes.join(', ')],
        ['Licence', info.licence],
        ['Source', [info.source.text, info.source.url].filter(Boolean).join(', ')],
      ];
      output.line(info.description);
      output.line();
      for (const line of formatTable(rows)) output.line(line);
      if (statistics !== null) {
        output.line();
        for (const line of formatTable(textRows(info, statistics))) output.line(line);
        const { frequent } = statistics;
        output.line(
          `Most frequent: ${frequent
            .slice(0, SHOWN_WORDS)
            .map(({ piece }) => piece)
            .join(' ')}`,
        );
      }
      output.line();
      for (const line of formatTable(
        info.files.map(({ name, bytes, sha256 }) => [name, formatBytes(bytes), sha256 ?? '']),
      )) {
        output.line(line);
      }
    });
}

/** A row a fact, a column a split. */
function textRows({ splits }: DataSetInfo, statistics: TextStatistics): string[][] {
  const count = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 });
  const { lengths, duplicates } = statistics;
  const row = (fact: string, of: (name: (typeof splits)[number]['name']) => string): string[] => [
    fact,
    ...splits.map(({ name }) => of(name)),
  ];
  const length =
    (key: 'shortest' | 'median' | 'mean' | 'p90' | 'longest') => (name: (typeof splits)[number]['name']) =>
      count(lengths[name]?.[key] ?? 0);
  return [
    row('Words a text', (name) => name),
    row('  shortest', length('shortest')),
    row('  median', length('median')),
    row('  mean', length('mean')),
    row('  nine of ten at most', length('p90')),
    row('  longest', length('longest')),
    row('Unknown to the 20,000 most frequent', (name) => formatPercent(statistics.unknownShare[name] ?? 0)),
    row('Texts that were there before', (name) => count(duplicates.within[name] ?? 0)),
    row('Also in the training split', (name) =>
      name === 'train' ? '' : count(duplicates.across[name] ?? 0),
    ),
    ['Different words', count(statistics.distinct), ...splits.slice(1).map(() => '')],
  ];
}

/** Without histograms and lists, which fill screens. */
function factsOf({ lengths, distinct, unknownShare, duplicates }: TextStatistics): object {
  const short = Object.entries(lengths).map(([name, { shortest, median, mean, p90, longest }]) => [
    name,
    { shortest, median, mean, p90, longest },
  ]);
  return { lengths: Object.fromEntries(short) as object, distinct, unknownShare, duplicates };
}
