import { homedir } from 'node:os';
import { join } from 'node:path';
import { homeFolder as homeOf } from '../../shared/home.ts';

/** The person's folder for everything that Gradient Lab keeps, as this process's environment has it. */
export function homeFolder(): string {
  return homeOf({ env: process.env, platform: process.platform, userHome: homedir() });
}

/** The folder of all data sets: one folder each, named by id. */
export function dataFolder(): string {
  return join(homeFolder(), 'data');
}
