/** The command line, `gradient-lab`: parses, runs a command, and turns errors into exit codes. */
import { Command, CommanderError } from 'commander';
import { LabError } from '../shared/errors.ts';
import { EXIT } from './exit.ts';
import { makeOutput } from './output.ts';

/** Each command is loaded when it is asked for: TensorFlow.js alone takes longer to load than most commands to run. */
const COMMANDS: readonly { name: string; summary: string; load: () => Promise<Command> }[] = [
  {
    name: 'train',
    summary: 'train a lab, or go on with a run',
    load: async () => (await import('./commands/train.ts')).trainCommand(),
  },
  {
    name: 'eval',
    summary: 'measure a run on one of its splits',
    load: async () => (await import('./commands/eval.ts')).evalCommand(),
  },
  {
    name: 'runs',
    summary: 'list, show, delete, or restore runs',
    load: async () => (await import('./commands/runs.ts')).runsCommand(),
  },
  {
    name: 'export',
    summary: 'write a run to a file or a folder',
    load: async () => (await import('./commands/export.ts')).exportCommand(),
  },
  {
    name: 'import',
    summary: 'add a run that was exported',
    load: async () => (await import('./commands/import.ts')).importCommand(),
  },
  {
    name: 'labs',
    summary: 'list the labs',
    load: async () => (await import('./commands/labs.ts')).labsCommand(),
  },
  {
    name: 'data',
    summary: 'list, fetch, verify, import, or remove data sets',
    load: async () => (await import('./commands/data.ts')).dataCommand(),
  },
  {
    name: 'models',
    summary: 'list, import, or remove models of other programs',
    load: async () => (await import('./commands/models.ts')).modelsCommand(),
  },
  {
    name: 'vectors',
    summary: 'list, import, or remove word vectors',
    load: async () => (await import('./commands/vectors.ts')).vectorsCommand(),
  },
  {
    name: 'serve',
    summary: 'open the app in a browser',
    load: async () => (await import('./commands/serve.ts')).serveCommand(),
  },
  {
    name: 'doctor',
    summary: 'say what is installed and what is missing',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand(),
  },
];

/** Runs the command line with `argv` (without node and script) and sets the exit code; never throws. */
export async function runCommandLine(argv: readonly string[], version: string): Promise<void> {
  const json = argv.includes('--json');
  const output = makeOutput(json, process.stdout, process.stderr);
  const program = new Command('gradient-lab')
    .description(
      'Gradient Lab: train small networks on real data, fast, and take them apart.\n\n' +
        'Start with `gradient-lab train mnist-mlp`. What is kept lies in $GRADIENT_LAB_HOME, or in the data folder of your system.',
    )
    .enablePositionalOptions()
    .version(version, '--version', 'print the version')
    .helpCommand('help [command]', 'what a command does')
    .showHelpAfterError('See --help for what is possible.')
    .configureOutput({ writeErr: (text) => (json ? undefined : process.stderr.write(text)) });
  const wanted = commandIn(argv);
  if (wanted !== 'train' && wanted !== 'serve') endWithReader();
  try {
    for (const { name, summary, load } of COMMANDS) {
      program.addCommand(name === wanted ? await load() : new Command(name).summary(summary));
    }
    throwInsteadOfExiting(program);
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    if (error instanceof CommanderError) {
      if (json && process.exitCode !== EXIT.done) {
        const message = error.message.replace(/^error: /, '');
        output.error(new LabError('usage', message, { hint: 'See --help for what is possible.' }));
      }
    } else output.error(error);
  }
}

/** Who reads the first lines alone, as `head` does, has seen enough. A run or a server is not to end at once for that. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT.done);
  });
}

/** The command's name: nothing before it takes a value. `help train` is about `train`. */
function commandIn(argv: readonly string[]): string | undefined {
  const [first, second] = argv.filter((argument) => !argument.startsWith('-'));
  return first === 'help' ? second : first;
}

function throwInsteadOfExiting(command: Command): void {
  command.exitOverride();
  for (const sub of command.commands) {
    sub.copyInheritedSettings(command);
    throwInsteadOfExiting(sub);
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  // A setting out of its bounds, or an unknown lab or run, is wrong usage; all else is a failure.
  const usage =
    error instanceof LabError &&
    /^(config|lab|usage)\/|^(usage|run\/unknown|run\/ambiguous)$/.test(error.code);
  return usage ? EXIT.usage : EXIT.failed;
}
