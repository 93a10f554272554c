/** `gradient-lab runs`: what the history holds. */
import { Command, InvalidArgumentError, Option } from 'commander';
import type { History } from '../../main/history/index.ts';
import { isAlive } from '../../main/service/processes.ts';
import { LabError } from '../../shared/errors.ts';
import { LAB_IDS, type LabId } from '../../shared/labs.ts';
import type { Values } from '../../shared/run-events.ts';
import { RUN_STATES, type Run, type RunState } from '../../shared/runs.ts';
import { startLine } from '../../shared/start.ts';
import { formatBytes, formatNumber, formatPercent, formatSeconds, formatTable } from '../format.ts';
import { withHistory } from '../home.ts';
import { makeOutput, type Output } from '../output.ts';

interface JsonOption {
  readonly json?: boolean;
}

interface ListOptions extends JsonOption {
  readonly text?: string;
  readonly lab?: LabId;
  readonly state?: RunState;
  readonly limit: number;
}

const RUN = 'number or id of a run, the beginning of an id, or "last"';

export function runsCommand(): Command {
  const runs = new Command('runs')
    .summary('list, show, delete, or restore runs')
    .description(
      'The history of runs, newest first: everything that was trained here, from the app or the command line.',
    );

  runs
    .command('list', { isDefault: true })
    .description('Lists runs, the newest first.')
    .option('--text <words>', 'words in name, note, tags, lab, or changed settings')
    .addOption(new Option('--lab <lab>', 'only this lab').choices(LAB_IDS))
    .addOption(new Option('--state <state>', 'only this state').choices(RUN_STATES))
    .addOption(new Option('--limit <number>', 'at most so many, 1 to 1000').argParser(limitOf).default(20))
    .option('--json', 'one JSON object a run')
    .action(({ text, lab, state, limit, json }: ListOptions) =>
      withHistory(async (history) => {
        await history.interruptStale(isAlive);
        const page = await history.list({
          ...{ text, limit, sort: 'number', descending: true },
          labs: lab && [lab],
          states: state && [state],
        });
        listRuns(page.runs, page.total, outputFor(json));
      }),
    );

  runs
    .command('show')
    .description('Shows one run: settings, metrics, and how it stands.')
    .argument('<run>', RUN)
    .option('--json', 'one JSON object')
    .action((text: string, { json }: JsonOption) =>
      withHistory(async (history) => {
        await history.interruptStale(isAlive);
        const run = await history.find(text);
        const output = outputFor(json);
        output.object({ kind: 'run', ...run });
        for (const line of describeRun(run)) output.line(line);
      }),
    );

  runs
    .command('delete')
    .description('Deletes runs. `runs restore` takes it back until the app is next started.')
    .argument('<runs...>', RUN)
    .option('--json', 'one JSON object a run')
    .action((texts: string[], { json }: JsonOption) =>
      withHistory(async (history) => {
        const output = outputFor(json);
        const found = await Promise.all(texts.map((text) => history.find(text)));
        for (const { number, id } of await history.delete(found.map((run) => run.number))) {
          output.object({ kind: 'deleted', run: id, number });
          output.line(
            `Deleted run ${number} (${id}). Take it back with: gradient-lab runs restore ${number}`,
          );
        }
      }),
    );

  runs
    .command('restore')
    .description('Takes the deletion of runs back.')
    .argument('<numbers...>', 'numbers of runs')
    .option('--json', 'one JSON object a run')
    .action((texts: string[], { json }: JsonOption) =>
      withHistory(async (history: History) => {
        const output = outputFor(json);
        for (const { number, id } of await history.restore(texts.map(numberOf))) {
          output.object({ kind: 'restored', run: id, number });
          output.line(`Restored run ${number} (${id}).`);
        }
      }),
    );
  return runs;
}

function listRuns(runs: readonly Run[], total: number, output: Output): void {
  for (const run of runs) output.object({ kind: 'run', ...run });
  if (total === 0) output.line('No runs. Train one with `gradient-lab train LAB`.');
  const rows = runs.map((run) => [
    String(run.number),
    run.state,
    run.name ?? run.lab,
    new Date(run.createdAt).toISOString().slice(0, 16).replace('T', ' '),
    run.steps === 0 ? '' : `${Math.floor((100 * run.step) / run.steps)} %`,
    accuracyOf(run),
    run.id,
  ]);
  if (rows.length > 0) {
    const head = ['run', 'state', 'name', 'created (UTC)', 'done', 'accuracy', 'id'];
    for (const row of formatTable([head, ...rows])) output.line(row);
  }
  if (total > runs.length) output.line(`${total - runs.length} more; see --limit and --text.`);
}

/** The best that is known of it: on the test split, else on the validation split. */
function accuracyOf({ metrics }: Run): string {
  const accuracy = metrics.test['accuracy'] ?? metrics.validation['accuracy'];
  return accuracy === undefined ? '' : formatPercent(accuracy);
}

function* describeRun(run: Run): Generator<string> {
  yield `Run ${run.number}${run.name === null ? '' : `, ${run.name}`} (${run.id})`;
  yield `${run.lab}, ${run.state}, seed ${run.seed}, ${run.device}, plan ${run.plan}`;
  if (run.reason !== null) yield run.reason;
  yield Object.entries(run.config)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
  if (run.start !== null) yield startLine(run.start);
  yield `Step ${run.step.toLocaleString('en-US')} of ${run.steps.toLocaleString('en-US')}, epoch ${run.epoch} of ${run.epochs}, ${formatSeconds(run.seconds)} of training`;
  for (const [split, values] of Object.entries(run.metrics) as [string, Values][]) {
    const told = Object.entries(values).map(
      ([name, value]) => `${name} ${name === 'accuracy' ? formatPercent(value) : formatNumber(value)}`,
    );
    if (told.length > 0) yield `${split}: ${told.join('  ')}`;
  }
  if (run.examplesPerSecond !== null) yield `${formatNumber(run.examplesPerSecond)} examples/s`;
  if (run.peakRssBytes !== null) yield `${formatBytes(run.peakRssBytes)} of memory at most`;
  if (run.checkpointStep !== null)
    yield `Newest checkpoint: step ${run.checkpointStep.toLocaleString('en-US')}`;
  if (run.tags.length > 0) yield `Tags: ${run.tags.join(', ')}`;
  if (run.note !== '') yield run.note;
}

/** Deleted runs are known by number alone: an id could be meant for one that is still there. */
function numberOf(text: string): number {
  const number = Number(text.replace(/^#/, ''));
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new LabError('usage', `Expected the number of a deleted run, got "${text}".`, {
    hint: '`gradient-lab runs delete` has told it.',
  });
}

function limitOf(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 1000) return value;
  throw new InvalidArgumentError('Expected a whole number from 1 to 1000.');
}

function outputFor(json = false): Output {
  return makeOutput(json, process.stdout, process.stderr);
}
