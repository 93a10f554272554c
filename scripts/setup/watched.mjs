// @ts-check
import { spawn } from 'node:child_process';

/**
 * `node watched.mjs COMMAND ARGUMENTS...` runs a program that must not outlive the set-up, even one that was killed with
 * SIGKILL and could not say goodbye: an abandoned installation would compete with the next one. The set-up holds the other end
 * of this process's input and never writes; when that end closes, the program and everything it started are ended.
 */
const [command = '', ...args] = process.argv.slice(2);

/** Time for a program to leave its files in order, package managers above all. */
const GRACE_MS = 2_000;

// A process group of its own, so that its children (make's compilers) can be ended with it.
const child = spawn(command, args, { detached: true, stdio: ['ignore', 'inherit', 'inherit'] });

/** @param {NodeJS.Signals} signal */
function endGroup(signal) {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // It ended by itself in the meantime.
  }
}

function stop() {
  endGroup('SIGTERM');
  setTimeout(() => {
    endGroup('SIGKILL');
    process.exit(1);
  }, GRACE_MS);
}

child.on('error', (error) => {
  console.error(error.message);
  process.exit(127);
});
child.on('close', (code) => process.exit(code ?? 1));
process.stdin.resume().on('end', stop).on('error', stop);
// Ctrl-C reaches this process and the set-up, not the program's own group.
for (const signal of /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
  process.on(signal, stop);
// What it prints can no longer be read by anyone; that alone is no reason to fail in the middle of stopping.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});
