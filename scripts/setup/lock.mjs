// @ts-check
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * @typedef {object} Holder
 * @property {number} pid
 * @property {string} host
 * @property {string} start when the process began, as the system counts; a process number alone is soon used again
 */

/** How often a holder shows that it lives, for those that cannot look at its process: other machines with the same folder. */
const HEARTBEAT_MS = 10_000;
/** A holder elsewhere that has not shown itself for so long is taken for dead. */
const SILENCE_MS = 120_000;
/** Taking over lasts microseconds; a guard this old belongs to a process that was killed in the middle of it. */
const GUARD_MS = 10_000;
const POLL_MS = 200;

/**
 * Waits for the lock at `file` and takes it. It keeps two set-ups apart, and is taken over when its holder has died.
 * It does not guard against other programs that write into the same folders.
 * @param {string} file
 * @param {{ onWait?: (holder: Holder) => void, pollMs?: number }} [options]
 * @returns {Promise<() => void>} gives the lock back
 */
export async function takeLock(file, { onWait, pollMs = POLL_MS } = {}) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const mine = describe({ pid: process.pid, host: os.hostname(), start: startOf(process.pid) });
  let told = false;
  while (!tryCreate(file, mine)) {
    const seen = readLink(file);
    if (seen === undefined) continue;
    if (isDead(parse(seen), file)) {
      takeOver(file, seen);
      continue;
    }
    if (!told) onWait?.(parse(seen));
    told = true;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  const heartbeat = setInterval(() => touch(file), HEARTBEAT_MS);
  heartbeat.unref();
  const release = () => {
    clearInterval(heartbeat);
    process.removeListener('exit', release);
    if (readLink(file) === mine) fs.rmSync(file, { force: true });
  };
  process.on('exit', release);
  return release;
}

/**
 * A symbolic link is made in one step together with its text, so no reader ever sees a lock without its holder's name.
 * @param {string} file
 * @param {string} text
 */
function tryCreate(file, text) {
  try {
    fs.symlinkSync(text, file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes a dead holder's lock, if it is still that one. The guard lets one waiter do so at a time: without it, a slow waiter
 * could remove the lock that a quick one has just taken.
 * @param {string} file
 * @param {string} seen
 */
function takeOver(file, seen) {
  const guard = `${file}.taking-over`;
  try {
    fs.mkdirSync(guard);
  } catch {
    const made = fs.statSync(guard, { throwIfNoEntry: false });
    if (made && Date.now() - made.mtimeMs > GUARD_MS) fs.rmSync(guard, { recursive: true, force: true });
    return;
  }
  try {
    if (readLink(file) === seen) fs.rmSync(file, { force: true });
  } finally {
    fs.rmSync(guard, { recursive: true, force: true });
  }
}

/** @param {Holder} holder @param {string} file */
function isDead(holder, file) {
  if (holder.host !== os.hostname()) {
    const made = fs.lstatSync(file, { throwIfNoEntry: false });
    return made !== undefined && Date.now() - made.mtimeMs > SILENCE_MS;
  }
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to someone else.
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH';
  }
  const start = startOf(holder.pid);
  return start !== '' && holder.start !== '' && start !== holder.start;
}

/**
 * When a process began, in the kernel's ticks; empty where that cannot be read (not on Linux).
 * @param {number} pid
 */
function startOf(pid) {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets, and may hold spaces: count from the last bracket.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** @param {Holder} holder */
function describe({ pid, host, start }) {
  return `${pid}|${host}|${start}`;
}

/** @param {string} text @returns {Holder} */
function parse(text) {
  const [pid = '', host = '', start = ''] = text.split('|');
  return { pid: Number(pid), host, start };
}

/** @param {string} file */
function readLink(file) {
  try {
    return fs.readlinkSync(file);
  } catch {
    return undefined; // Given back between two looks.
  }
}

/** @param {string} file */
function touch(file) {
  try {
    fs.lutimesSync(file, new Date(), new Date());
  } catch {
    // The folder was removed under us; whoever did so wanted that.
  }
}
