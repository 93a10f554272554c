/** Exported runs that a person opens with the app: from the system's file manager, the command line, or the menu. */
import { app, dialog } from 'electron';
import { messageOf } from '../../shared/errors.ts';
import { toProblem } from '../../shared/problems.ts';
import { checkRunName, exportedRunsIn } from './exported-runs.ts';

export interface FileTarget {
  /** Puts the run of a file into the history and returns its number. */
  importRun(file: string): Promise<number>;
  /** Comes to the front; with a number, on that run. */
  show(run: number | null): void;
}

/** Call before the app is ready: macOS hands the file over that early. `target` takes the files when the app is up. */
export function setupFiles(target: Promise<FileTarget>): { open(file: string): void } {
  const open = (file: string): void => {
    target.then((ready) => importFile(file, ready)).catch(() => undefined); // Without a service the app ends, and says why.
  };
  app.on('open-file', (event, file) => {
    event.preventDefault();
    open(file);
  });
  // A second start hands its files to this one.
  app.on('second-instance', (_event, argv, folder) => {
    target.then((ready) => ready.show(null)).catch(() => undefined);
    exportedRunsIn(argv.slice(1), folder).forEach(open);
  });
  exportedRunsIn(process.argv.slice(1), process.cwd()).forEach(open);
  return { open };
}

async function importFile(file: string, target: FileTarget): Promise<void> {
  try {
    checkRunName(file);
    target.show(await target.importRun(file));
  } catch (error) {
    const { hint } = toProblem(error);
    await dialog.showMessageBox({
      type: 'error',
      message: 'The run could not be opened',
      detail: hint === null ? messageOf(error) : `${messageOf(error)}\n${hint}`,
    });
  }
}
