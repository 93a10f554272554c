/** `gradient-lab serve`: the app, in a browser on this machine. */
import { Command, Option, InvalidArgumentError } from 'commander';
import { packageVersion } from '../../main/package-folder.ts';
import { createService } from '../../main/service/index.ts';
import { startWebHost } from '../../main/web/index.ts';
import { EXIT } from '../exit.ts';
import { labHome } from '../home.ts';
import { makeOutput } from '../output.ts';

/** Always the same, so that a bookmark and a tunnel to another machine stay good. */
const PORT = 4747;

interface ServeOptions {
  readonly port: number;
  readonly open: boolean;
  readonly json?: boolean;
}

export function serveCommand(): Command {
  return new Command('serve')
    .summary('open the app in a browser')
    .description(
      'Serves the app on this machine alone and opens the browser, where there is one. The printed address has a secret in it:\n' +
        'whoever has it has the lab. From another machine, reach it through a tunnel of your own, such as `ssh -L`.',
    )
    .addOption(
      new Option('--port <number>', 'port on 127.0.0.1; 0 takes a free one').argParser(portOf).default(PORT),
    )
    .option('--no-open', 'print the address, and open no browser')
    .option('--json', 'one JSON object with the address')
    .action(async ({ port, open, json = false }: ServeOptions) => {
      const output = makeOutput(json, process.stdout, process.stderr);
      process.stdout.on('error', () => undefined); // whoever read the address may have gone since
      const home = labHome();
      const service = await createService({ home, version: packageVersion() });
      try {
        const host = await startWebHost({ service, port, openFrom: open ? home : null });
        output.object({ kind: 'listening', url: host.url });
        output.line(`Gradient Lab is at ${host.url}`);
        output.line(
          'Runs go on while the window is closed. Ctrl-C stops them, with a checkpoint, and ends the app.',
        );
        await askedToStop();
        output.line('Stopping: runs write a checkpoint.');
        await host.close();
      } finally {
        await service.close();
      }
    });
}

/** Resolves at the first Ctrl-C or request to end; a second one ends the process at once. */
function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    let asked = 0;
    const stop = (): void => {
      if (++asked > 1) process.exit(EXIT.interrupted);
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  });
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535 && text.trim() !== '') return port;
  throw new InvalidArgumentError('Expected a whole number from 0 to 65535.');
}
