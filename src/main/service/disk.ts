/** Room on the disk, and what checkpoints take of it. */
import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes that this user can still write to the disk of `folder`; 0 where it cannot be known. */
export async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return 0; // an unmounted disk, a folder that is gone: nothing can be written there
  }
}

/** Folders that are looked at side by side: the disk is shared with runs that train. */
const AT_ONCE = 8;

/** Bytes of all checkpoints in the folders of all runs. */
export async function checkpointBytes(home: string): Promise<number> {
  const runs = join(home, 'runs');
  const folders = (await namesIn(runs)).map((id) => join(runs, id, 'checkpoints'));
  let next = 0;
  let bytes = 0;
  const work = async (): Promise<void> => {
    for (let folder = folders[next++]; folder !== undefined; folder = folders[next++]) {
      for (const name of await namesIn(folder)) bytes += await sizeOf(join(folder, name));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return bytes;
}

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []); // no folder: nothing in it
}

function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0, // replaced by a newer one in the meantime
  );
}
