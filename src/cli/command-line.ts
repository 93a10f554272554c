/** The command line, `gradient-lab`: parses, runs a command, and turns errors into exit codes. */
import { Command, CommanderError } from 'commander';
import { LabError } from '../shared/errors.ts';
import { dataCommand } from './commands/data.ts';
import { doctorCommand } from './commands/doctor.ts';
import { evalCommand } from './commands/eval.ts';
import { labsCommand } from './commands/labs.ts';
import { trainCommand } from './commands/train.ts';
import { EXIT } from './exit.ts';
import { makeOutput } from './output.ts';

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
  for (const command of [trainCommand(), evalCommand(), labsCommand(), dataCommand(), doctorCommand()]) {
    program.addCommand(command);
  }
  throwInsteadOfExiting(program);
  try {
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
  const usage = error instanceof LabError && /^(config|lab|usage)\/|^(usage|run\/unknown)$/.test(error.code);
  return usage ? EXIT.usage : EXIT.failed;
}
