/** Engines as Electron's utility processes: Electron's own program cannot be started as a plain Node once it is packaged. */
import { utilityProcess } from 'electron';
import type { FromEngine, ToEngine } from '../../shared/engine-protocol.ts';
import { engineFile, type EngineChild, type SpawnEngine } from '../engines/index.ts';

/**
 * Starts an engine. Differs from Node's own children in two things: there is no channel to close, so an engine is asked to leave
 * by SIGTERM, upon which it writes a checkpoint as well; and when main is killed, Chromium ends its children at once, so that a
 * run goes on from its last checkpoint.
 */
export const startEngineProcess: SpawnEngine = (env) => {
  const child = utilityProcess.fork(engineFile(), [], {
    serviceName: 'Gradient Lab engine',
    stdio: ['ignore', 'pipe', 'pipe'],
    execArgv: ['--enable-source-maps'],
    env: { ...process.env, ...env },
  });
  let killed = false;
  return {
    // Known from the moment it has started, which is before its first message.
    get pid() {
      return child.pid ?? 0;
    },
    send: (message: ToEngine) => child.postMessage(message),
    disconnect: () => void child.kill(),
    kill: () => {
      killed = true;
      try {
        if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
      } catch {
        // It is gone already; 'exit' tells.
      }
    },
    on: ({ message, text, exit }) => {
      child.on('message', (value: FromEngine) => message(value));
      for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', text);
      child.once('exit', (code) => exit(killed ? null : code, killed ? 'SIGKILL' : null));
    },
  } satisfies EngineChild;
};
