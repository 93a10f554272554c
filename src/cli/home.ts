import { homedir } from 'node:os';
import { openHistory, type History } from '../main/history/index.ts';
import { historyFile } from '../main/service/places.ts';
import { homeFolder } from '../shared/home.ts';

/** The folder of data, runs and history that this environment names. */
export function labHome(): string {
  return homeFolder({ env: process.env, platform: process.platform, userHome: homedir() });
}

/** Opens the history for one command, and closes it after. */
export async function withHistory<T>(use: (history: History) => Promise<T>): Promise<T> {
  const history = await openHistory(historyFile(labHome()));
  try {
    return await use(history);
  } finally {
    await history.close();
  }
}
