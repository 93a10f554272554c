/** Puts the service together, and takes it apart again. */
import { mkdir } from 'node:fs/promises';
import { DEFAULT_SETTINGS, type AppEvent, type Settings } from '../../shared/app.ts';
import { ProblemError, toProblem } from '../../shared/problems.ts';
import {
  engineFile,
  EngineSupervisor,
  forkEngine,
  type EngineLimits,
  type SpawnEngine,
} from '../engines/index.ts';
import { openHistory, type History } from '../history/index.ts';
import { DataService } from './data.ts';
import { ForeignRuns } from './foreign-runs.ts';
import { EventHub } from './hub.ts';
import { LabList } from './lab-list.ts';
import type { ServiceParts } from './parts.ts';
import { historyFile } from './places.ts';
import { purgeDeleted } from './purge.ts';
import { makeRouter, type LabRouter } from './router.ts';
import { RunService } from './runs.ts';
import { Status } from './status.ts';

export interface ServiceOptions {
  /** The folder of data, runs and history. Made where it is missing. */
  readonly home: string;
  /** Gradient Lab's own. */
  readonly version: string;
  /** How engines are started; by Node's fork when left out. */
  readonly spawnEngine?: SpawnEngine;
  readonly limits?: Partial<EngineLimits>;
  /** Gets what a person need not see, but whoever looks for a cause does; the error stream when left out. */
  readonly log?: (text: string) => void;
}

export interface LabService {
  readonly router: LabRouter;
  /** Stops every run with a checkpoint, ends the engines, and closes the history. Windows' streams end. */
  close(): Promise<void>;
}

/** How long after the first window an engine is started for the next run: the window comes first. */
const WARM_UP_MS = 300;
/** How often a history that could not be written is tried again. */
const RETRY_MS = 5000;

/**
 * Opens the history and starts the service; engines start when they are needed. Where the history cannot be opened the service
 * starts all the same: the status says why, and so does every answer that would need it.
 */
export async function createService({
  home,
  version,
  spawnEngine = forkEngine,
  limits = {},
  log = (text) => process.stderr.write(`${text}\n`),
}: ServiceOptions): Promise<LabService> {
  await mkdir(home, { recursive: true }).catch(() => undefined); // opening the history says why
  const hub = new EventHub();
  const publish = (event: AppEvent): void => {
    hub.publish(event);
    if (event.kind === 'checkpoint') status.checkpointsChanged();
  };
  const opened = await open(home);
  const engines = new EngineSupervisor({
    spawn: spawnEngine,
    home,
    settings: 'history' in opened ? opened.settings : DEFAULT_SETTINGS,
    limits,
    onChange: () => status.changed(),
  });
  const status = new Status({ version, home, engines, publish });
  const data = new DataService(engines, publish);
  const labs = new LabList({
    home,
    program: engineFile(),
    ask: async () => (await engines.ready()).labs,
  });

  let warmUp: NodeJS.Timeout | undefined;
  const shared = {
    ...{ home, engines, labs, data, status, hub, publish, log },
    onWindow: () => (warmUp ??= setTimeout(() => engines.warmUp(), WARM_UP_MS)),
  };
  const parts =
    'history' in opened
      ? await withHistory(shared, opened.history, version)
      : withoutHistory(shared, opened.problem);

  let closing: Promise<void> | undefined;
  const closeAll = async (): Promise<void> => {
    clearTimeout(warmUp);
    status.close();
    await parts.close();
    hub.close();
  };
  return { router: makeRouter(parts), close: () => (closing ??= closeAll()) };
}

async function open(
  home: string,
): Promise<{ history: History; settings: Settings } | { problem: ProblemError }> {
  try {
    const history = await openHistory(historyFile(home));
    return { history, settings: await history.settings() };
  } catch (error) {
    return { problem: new ProblemError(toProblem(error)) };
  }
}

type SharedParts = Omit<ServiceParts, 'history' | 'runs' | 'settings'>;
type Parts = ServiceParts & { close(): Promise<void> };

function withoutHistory(shared: SharedParts, problem: ProblemError): Parts {
  shared.status.historyProblem = toProblem(problem);
  shared.log(problem.message);
  const refuse = (): never => {
    throw problem;
  };
  return {
    ...shared,
    history: refuse,
    runs: refuse,
    settings: () => Promise.resolve(DEFAULT_SETTINGS),
    close: () => shared.engines.close(),
  };
}

async function withHistory(shared: SharedParts, history: History, version: string): Promise<Parts> {
  const { home, engines, status, publish, log } = shared;
  let retry: NodeJS.Timeout | undefined;
  let isClosing = false;
  const onHistoryError = (error: unknown): void => {
    const problem = toProblem(error);
    log(problem.details ?? problem.message);
    if (isClosing || !problem.code.startsWith('history/')) return;
    status.historyProblem = problem;
    status.changed();
    clearTimeout(retry);
    retry = setTimeout(() => {
      history.probe().then(() => {
        status.historyProblem = null;
        status.changed();
      }, onHistoryError);
    }, RETRY_MS);
    retry.unref();
  };
  history.onProblem = onHistoryError;
  const runs = new RunService({ history, engines, publish, home, version, log, onHistoryError });
  const foreign = new ForeignRuns({
    history,
    publish,
    isOwn: (run) => runs.isActive(run),
    onError: onHistoryError,
  });
  await foreign.start().catch(onHistoryError);
  const stopPurge = new AbortController();
  const purged = purgeDeleted({ history, home, publish, signal: stopPurge.signal, onError: onHistoryError })
    .then((count) => count > 0 && status.checkpointsChanged())
    .catch(onHistoryError);

  return {
    ...shared,
    history: () => history,
    runs: () => runs,
    settings: () => history.settings(),
    close: async () => {
      // Engines first: they have checkpoints to write, and whoever closes does not wait for long.
      stopPurge.abort();
      runs.interruptAll();
      await Promise.all([engines.close(), foreign.stop()]);
      await runs.settled();
      await purged;
      isClosing = true;
      clearTimeout(retry);
      await history.close().catch((error: unknown) => log(toProblem(error).message));
    },
  };
}
