/**
 * Folders in the making. A data set is put together in `<id>.partial-<pid>` and renamed to `<id>` as the last act, so a kill
 * at any moment leaves either the old state or the new one. `<id>.old-<pid>` is a folder on its way out.
 */
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, isMissing } from './files.ts';
import { PACKED_SUFFIX, PARTIAL_SUFFIX } from './sources/url.ts';

const WORK_FOLDER = /^(.+)\.(partial|old)-(\d+)$/;
/** No fetch takes so long: whatever process has the number now, it is another one. */
const STALE_MS = 24 * 60 * 60 * 1000;

/**
 * Makes the folder to put a data set together in, and returns its path.
 *
 * With `resume`, what an interrupted fetch left behind is taken over: from this process, or from one that is gone. Every other
 * left-over of this data set is removed.
 */
export async function openPartial(root: string, id: string, options: { resume: boolean }): Promise<string> {
  await mkdir(root, { recursive: true });
  const own = join(root, `${id}.partial-${process.pid}`);
  const stale = await staleFolders(root, id);
  const names = await readdir(root);
  let exists = names.includes(`${id}.partial-${process.pid}`);
  if (exists && !options.resume) {
    await rm(own, { recursive: true, force: true });
    exists = false;
  }
  for (const name of stale) {
    const path = join(root, name);
    if (!exists && options.resume && name.startsWith(`${id}.partial-`)) {
      await rename(path, own);
      exists = true;
    } else {
      await rm(path, { recursive: true, force: true });
    }
  }
  await mkdir(own, { recursive: true });
  return own;
}

/** Removes what processes that are gone left of this data set. */
export async function removeStale(root: string, id: string): Promise<void> {
  for (const name of await staleFolders(root, id)) {
    await rm(join(root, name), { recursive: true, force: true });
  }
}

/** After a fetch that failed: keeps what a later one can use, removes the rest. */
export async function tidyPartial(partial: string): Promise<void> {
  const names = await readdir(partial).catch(() => []);
  const useful = names.filter((name) => name.endsWith(PARTIAL_SUFFIX) || name.endsWith(PACKED_SUFFIX));
  if (useful.length === 0) {
    await rm(partial, { recursive: true, force: true });
    return;
  }
  for (const name of names) {
    if (!useful.includes(name)) await rm(join(partial, name), { recursive: true, force: true });
  }
}

/** Puts a finished folder in its place; a damaged one that stands there makes room. */
export async function install(partial: string, root: string, id: string): Promise<void> {
  await retire(root, id);
  await rename(partial, join(root, id));
  await rm(oldFolder(root, id), { recursive: true, force: true });
}

/** Removes a data set's folder: out of sight in one act, then from the disk. */
export async function removeFolder(root: string, id: string): Promise<void> {
  await retire(root, id);
  await rm(oldFolder(root, id), { recursive: true, force: true });
}

async function retire(root: string, id: string): Promise<void> {
  const old = oldFolder(root, id);
  await rm(old, { recursive: true, force: true });
  try {
    await rename(join(root, id), old);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

const oldFolder = (root: string, id: string): string => join(root, `${id}.old-${process.pid}`);

async function staleFolders(root: string, id: string): Promise<string[]> {
  const names = await readdir(root).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const stale: string[] = [];
  for (const name of names) {
    const match = WORK_FOLDER.exec(name);
    if (match === null || match[1] !== id) continue;
    const pid = Number(match[3]);
    if (pid === process.pid) continue;
    if (!isRunning(pid) || (await ageOf(join(root, name))) > STALE_MS) stale.push(name);
  }
  return stale;
}

/** Whether a process has this number. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM'; // It runs, for someone else.
  }
}

async function ageOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => null);
  return found === null ? 0 : Date.now() - found.mtimeMs;
}
