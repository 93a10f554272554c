/** A child process with a channel, as far as the supervisor needs it: Node's fork, or a host's own. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { FromEngine, ToEngine } from '../../shared/engine-protocol.ts';
import { LabError } from '../../shared/errors.ts';
import { packageFolder } from '../package-folder.ts';

export interface EngineChild {
  readonly pid: number;
  /** A message for a child that is gone is dropped. */
  send(message: ToEngine): void;
  /** Closes the channel: the child leaves by itself, with a checkpoint if it trains. */
  disconnect(): void;
  /** Ends it at once. */
  kill(): void;
  /** Each is told of all that comes; set before anything can come. */
  readonly on: (listeners: EngineListeners) => void;
}

export interface EngineListeners {
  readonly message: (message: FromEngine) => void;
  /** What the child writes on its output and error streams. */
  readonly text: (text: string) => void;
  /** Told once, after everything else. `signal` where one ended it. */
  readonly exit: (code: number | null, signal: string | null) => void;
}

/** Starts an engine with these variables in its environment, beside those of this process. Throws where it cannot be started. */
export type SpawnEngine = (env: Readonly<Record<string, string>>) => EngineChild;

/** Starts an engine as a child of Node's own. `file`: the bundled entry, out/engine.mjs of the package when left out. */
export function forkEngine(env: Readonly<Record<string, string>>, file: string = engineFile()): EngineChild {
  const child = fork(file, {
    serialization: 'advanced',
    // Never inherited: what an engine or TensorFlow writes belongs to the engine's record, not to a person's terminal.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: ['--enable-source-maps'],
    env: { ...process.env, ...env },
  });
  if (child.pid === undefined) {
    child.once('error', () => undefined); // the same failure, told a second time
    throw new LabError('engine/not-started', 'An engine process could not be started.', {
      hint: 'The system may have no room for another process: close other programs and try again.',
    });
  }
  return {
    pid: child.pid,
    send: (message) => {
      if (child.connected) child.send(message, () => undefined); // an engine that is gone tells by 'exit'
    },
    disconnect: () => {
      if (child.connected) child.disconnect();
    },
    kill: () => child.kill('SIGKILL'),
    on: ({ message, text, exit }) => {
      child.on('message', (value) => message(value as FromEngine));
      for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', text);
      child.on('error', () => undefined); // sending failed, or killing: 'exit' follows
      void whenOver(child).then(() => exit(child.exitCode, child.signalCode));
    },
  };
}

/** After the exit, what was written before it may still be on its way; a stream that someone else holds open ends nothing. */
const LAST_WORDS_MS = 1000;

/**
 * Resolves when the child is gone and all that it said has been heard. Node's own 'close' does not come where this side closed the
 * channel.
 */
async function whenOver(child: ChildProcess): Promise<void> {
  // Not events.once, which rejects at an 'error'.
  const heard = Promise.all([
    new Promise<void>((resolve) => child.once('disconnect', resolve)),
    ...[child.stdout, child.stderr].map(
      (stream) => new Promise<void>((resolve) => stream?.once('close', resolve)),
    ),
  ]);
  await new Promise((resolve) => child.once('exit', resolve));
  await Promise.race([heard, new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS))]);
}

/** The bundled entry of an engine, in the package that this code is part of. */
export function engineFile(): string {
  return join(packageFolder(), 'out', 'engine.mjs');
}
