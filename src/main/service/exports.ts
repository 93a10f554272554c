/** Runs as files: for a spreadsheet, for another Gradient Lab, or all of one in a folder. */
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RUN_FILE_ENDING } from '../../shared/run-files.ts';
import { VOCABULARY_FILE } from '../../shared/texts.ts';
import type { History } from '../history/index.ts';
import { runFolder } from './places.ts';

/** Its points as CSV, or all of it as JSON that an import takes. */
export async function exportText(
  history: History,
  run: number,
  format: 'csv' | 'json',
): Promise<{ fileName: string; text: string }> {
  const { id } = await history.get(run);
  const text =
    format === 'csv' ? await history.exportCsv(run) : `${JSON.stringify(await history.export(run))}\n`;
  return { fileName: `${id}${format === 'csv' ? '.csv' : RUN_FILE_ENDING}`, text };
}

/**
 * A new folder in `parent` with `run.gradient-lab.json`, `metrics.csv` and the run's checkpoints and vocabulary, under the run's id. It
 * appears when it is whole.
 */
export async function exportFolder(
  history: History,
  run: number,
  { home, parent }: { home: string; parent: string },
): Promise<string> {
  const { id } = await history.get(run);
  await mkdir(parent, { recursive: true });
  const partial = await mkdtemp(join(parent, `.${id}-`));
  try {
    for (const [format, name] of [
      ['json', `run${RUN_FILE_ENDING}`],
      ['csv', 'metrics.csv'],
    ] as const) {
      const { text } = await exportText(history, run, format);
      await writeFile(join(partial, name), text);
    }
    const folder = runFolder(home, id);
    await copyCheckpoints(join(folder, 'checkpoints'), join(partial, 'checkpoints'));
    const vocabulary = join(folder, VOCABULARY_FILE);
    if (existsSync(vocabulary)) await copyFile(vocabulary, join(partial, VOCABULARY_FILE));
    const path = join(parent, await freeName(parent, id));
    await rename(partial, path);
    return path;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

/** A run that trains replaces its checkpoints: one that goes in mid-copy makes it start again, this often at most. */
const MOST_COPIES = 5;

/** Copies the folder of a run's checkpoints as it is at one moment; does nothing for a run that has none. */
async function copyCheckpoints(from: string, to: string): Promise<void> {
  for (let i = 1; existsSync(from); i++) {
    try {
      return await cp(from, to, { recursive: true, filter: (source) => !source.endsWith('.partial') });
    } catch (error) {
      await rm(to, { recursive: true, force: true });
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || i === MOST_COPIES) throw error;
    }
  }
}

async function freeName(parent: string, id: string): Promise<string> {
  const taken = new Set(await readdir(parent));
  for (let i = 1; ; i++) {
    const name = i === 1 ? id : `${id}-${i}`;
    if (!taken.has(name)) return name;
  }
}
