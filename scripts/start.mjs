// @ts-check
import process from 'node:process';
import './source-maps.mjs';
import { setupOrExit } from './setup.mjs';
import { makeContext } from './setup/context.mjs';
import { findElectron, hasDisplay, setupElectron, triedElectron } from './setup/electron.mjs';
import { runDesktop } from './start-desktop.mjs';

/**
 * `npm start`: sets everything up, then opens the app: in a window of its own where Electron's runtime and a display are there,
 * else served to the browser. `npm start -- --web` always serves. Exported runs among the arguments are opened in the window;
 * other arguments are for `gradient-lab serve`.
 */
const args = process.argv.slice(2).filter((argument) => argument !== '--');
const files = args.filter((argument) => argument.endsWith('.gradient-lab.json'));
const rest = args.filter((argument) => argument !== '--web' && !files.includes(argument));

await setupOrExit({ forWindows: true });
const program = args.includes('--web') ? undefined : await desktopProgram();
const code = program && (await runDesktop(program, files));
if (code === undefined) await serve();
else process.exitCode = code;

/** Electron's program where it can open a window, or undefined. */
async function desktopProgram() {
  const context = makeContext();
  if (!hasDisplay(context)) return undefined;
  if (process.getuid?.() === 0) {
    context.progress.note('A window needs a sandbox, which the root user has not: opening in the browser.');
    return undefined;
  }
  const found = findElectron(context);
  return found ?? (triedElectron(context) ? undefined : await setupElectron(context));
}

/** In the same process, so that signals, exit codes and the terminal belong to the command itself. */
async function serve() {
  if (files.length > 0) console.error('A browser takes no files from here: import them on its page of runs.');
  process.argv = [process.argv[0] ?? 'node', process.argv[1] ?? '', 'serve', ...rest];
  await import(new URL('../out/cli.mjs', import.meta.url).href);
}
