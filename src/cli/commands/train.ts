/** `gradient-lab train LAB`: a subcommand for each lab, its flags from the lab's schema; and `train --resume RUN`. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { LABS, type Lab } from '../../engine/labs/index.ts';
import { DEVICES, PLANS, type DeviceChoice, type Plan } from '../../engine/runtime/index.ts';
import { TrainingControl } from '../../engine/training/index.ts';
import { messageOf } from '../../shared/errors.ts';
import { flagOf, type Field } from '../../shared/fields.ts';
import type { RunEnded } from '../../shared/run-events.ts';
import { EXIT } from '../exit.ts';
import { makeOutput, type Output } from '../output.ts';
import { makeRunLines } from '../run-lines.ts';
import { RunReporter } from '../run-reporter.ts';
import { trainNew, trainOn, trainUnrecorded, type Training } from '../training.ts';

interface SharedOptions {
  readonly checkpointSeconds: number;
  readonly json?: boolean;
  readonly resume?: string;
}

interface LabOptions extends SharedOptions {
  readonly plan: Plan | 'auto';
  readonly seed: number;
  readonly device: DeviceChoice;
  readonly threads: number;
  /** False with --no-history. */
  readonly history: boolean;
}

export function trainCommand(): Command {
  const train = new Command('train')
    .summary('train a lab, or go on with a run')
    .description(
      'Trains a lab on its data set and keeps the run in the history: its settings, every metric, and two checkpoints.\n' +
        'Ctrl-C stops after the step that is under way, with a checkpoint to go on from.',
    )
    .enablePositionalOptions() // so that --json after a lab belongs to the lab's command
    .argument('[lab]', `one of ${LABS.map((lab) => lab.id).join(', ')}`)
    .option('--resume <run>', 'go on with a run that was stopped or interrupted; "last" is the newest')
    .addOption(checkpointOption())
    .option('--json', 'one JSON object a line on stdout, nothing else')
    .addHelpText(
      'after',
      `\nExamples:\n  gradient-lab train mnist-mlp\n  gradient-lab train mnist-mlp --epochs 3 --hidden-units 128\n  gradient-lab train --resume last`,
    )
    .action(async (lab: string | undefined, options: SharedOptions, command: Command) => {
      if (options.resume !== undefined && lab === undefined) {
        const { resume } = options;
        return execute((training) => trainOn(resume, training), { ...options, records: true });
      }
      command.error(
        lab === undefined
          ? `Expected a lab, one of ${LABS.map((known) => known.id).join(', ')}, or --resume RUN.`
          : `Unknown lab "${lab}". There are ${LABS.map((known) => known.id).join(', ')}.`,
      );
    });
  for (const lab of LABS) train.addCommand(labCommand(lab));
  return train;
}

function labCommand(lab: Lab): Command {
  const command = new Command(lab.id)
    .summary(lab.summary)
    .description(
      `Lab ${lab.number}: ${lab.title}. ${lab.summary}\n\nIt teaches to ${lab.teaches.join('; to ')}.`,
    )
    .optionsGroup('Settings of the lab:');
  for (const [name, field] of Object.entries(lab.fields)) command.addOption(fieldOption(name, field));
  command.optionsGroup('How it runs:');
  command
    .addOption(
      new Option('--plan <plan>', 'how a step is executed; auto times them')
        .choices(['auto', ...PLANS])
        .default('auto'),
    )
    .addOption(
      new Option('--seed <number>', 'where all randomness comes from')
        .argParser(wholeNumber('--seed', 0, 2 ** 53 - 1))
        .default(1),
    )
    .addOption(new Option('--device <device>', 'where it computes').choices(DEVICES).default('auto'))
    .addOption(
      new Option('--threads <number>', 'most threads inside an op; 0: one a core')
        .argParser(wholeNumber('--threads', 0, 1024))
        .default(0),
    )
    .addOption(checkpointOption())
    .option('--resume <run>', 'go on with a run instead; its own settings count')
    .option('--no-history', 'keep nothing of the run, for measurements')
    .option('--json', 'one JSON object a line on stdout, nothing else');
  command.action(async (own: LabOptions & Record<string, unknown>, self: Command) => {
    // --json and --resume may also stand before the lab.
    const before = self.parent?.opts<SharedOptions>();
    const { plan, seed, device, threads, checkpointSeconds, json, resume, history, ...settings } = own;
    const id = resume ?? before?.resume;
    const request = { lab, settings, plan, seed, device, threads };
    const start = (training: Training): Promise<RunEnded> => {
      if (id !== undefined) return trainOn(id, training);
      return history ? trainNew(request, training) : trainUnrecorded(request, training);
    };
    await execute(start, {
      json: json ?? before?.json ?? false,
      checkpointSeconds,
      records: history || id !== undefined,
    });
  });
  return command;
}

/** Values are checked by the lab's schema, where the app checks them too; here they stay text. */
function fieldOption(name: string, field: Field): Option {
  const bounds =
    field.kind === 'choice'
      ? field.choices.join(', ')
      : field.kind === 'data set'
        ? `${field.suggested.join(', ')}, or an imported one`
        : field.kind === 'start'
          ? 'a run, an imported model, or the file of a model'
          : field.kind === 'vectors'
            ? 'random, or imported word vectors by name'
            : `${field.min} to ${field.max}${field.unit ? ` ${field.unit}` : ''}`;
  return new Option(`${flagOf(name)} <value>`, `${field.help} (${bounds}; default ${field.default})`);
}

function checkpointOption(): Option {
  return new Option(
    '--checkpoint-seconds <number>',
    'seconds between checkpoints; there is one after each epoch, too',
  )
    .argParser(wholeNumber('--checkpoint-seconds', 1, 86_400))
    .default(15);
}

function wholeNumber(flag: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max || text.trim() === '') {
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max} for ${flag}.`);
    }
    return value;
  };
}

async function execute(
  start: (training: Training) => Promise<RunEnded>,
  { json = false, checkpointSeconds, records }: SharedOptions & { readonly records: boolean },
): Promise<void> {
  const output = makeOutput(json, process.stdout, process.stderr);
  const control = new TrainingControl();
  const release = stopOnSignals(control, output, records);
  const reporter = new RunReporter(output, records);
  let lines: ReturnType<typeof makeRunLines> | undefined;
  try {
    const end = await start({
      control,
      checkpointSeconds,
      onEvent: (event, task) => {
        if (event.kind === 'fetching') reporter.onFetch(event.progress);
        if (event.kind === 'progress') reporter.onProgress(event);
        lines ??= makeRunLines(task);
        for (const line of lines(event)) reporter.onEvent(line);
      },
      onRecordError: (error) => reporter.onEvent({ kind: 'warning', message: messageOf(error) }),
    });
    process.exitCode = end.kind === 'completed' ? EXIT.done : EXIT.interrupted;
  } finally {
    release();
  }
}

/** The first Ctrl-C stops cleanly, the second at once; a closed pipe on stdout counts as the first. */
function stopOnSignals(control: TrainingControl, output: Output, records: boolean): () => void {
  let asked = 0;
  const stop = (): void => {
    if (++asked > 1) process.exit(EXIT.interrupted);
    const how = records ? 'Stopping after this step, with a checkpoint.' : 'Stopping after this step.';
    output.line(`${how} Press Ctrl-C again to leave at once.`);
    control.stop();
  };
  const onPipeError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    control.stop();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  process.stdout.on('error', onPipeError);
  return () => {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  };
}
