// @ts-check
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { benchLab } from '../tests/bench/bench.mjs';
import { BENCH_LABS } from '../tests/bench/labs.mjs';
import { machineLine } from '../tests/bench/report.mjs';
import { buildTfjsBinding } from '../tests/bench/tfjs-node/build.mjs';
import { cacheFolder, PACKAGE_ROOT } from './setup/paths.mjs';
import { reportFailure, setupOrExit } from './setup.mjs';

const HELP = `npm run bench [-- OPTIONS]: trains the labs beside other programs, in turn, and prints ratios.

  --python PATH   a Python with tensorflow and keras (or GRADIENT_LAB_BENCH_PYTHON); without one, no Python peers
  --peers DIR     the Python peers' scripts; ../shared/peers when left out
  --data DIR      the peers' data sets; our own when left out
  --rounds N      rounds of turns; 12 when left out
  --turn S        seconds of one turn; 2 when left out
  --only LAB      this lab alone
  --accuracy      also trains to the end with default settings, three seeds
  --help

It measures and never fails on a time. Results with dates are in docs/benchmarks.md.`;

const { values } = parseArgs({
  options: {
    python: { type: 'string' },
    peers: { type: 'string' },
    data: { type: 'string' },
    rounds: { type: 'string' },
    turn: { type: 'string' },
    only: { type: 'string' },
    accuracy: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
if (values.help) console.log(HELP);
else await main();

async function main() {
  const rounds = Number(values.rounds ?? 12);
  if (!Number.isInteger(rounds) || rounds < 1)
    leave(`Expected --rounds to be 1 or more, got "${values.rounds}".`);
  const turnMs = Number(values.turn ?? 2) * 1000;
  if (!(turnMs >= 500)) leave(`Expected --turn to be 0.5 or more, got "${values.turn}".`);
  const labs = BENCH_LABS.filter(({ id }) => values.only === undefined || id === values.only);
  if (labs.length === 0)
    leave(`Unknown lab "${values.only}". There are ${BENCH_LABS.map(({ id }) => id).join(', ')}.`);
  const python = values.python ?? process.env['GRADIENT_LAB_BENCH_PYTHON'];
  const peersFolder = path.resolve(values.peers ?? path.join(PACKAGE_ROOT, '..', 'shared', 'peers'));
  if (python !== undefined) checkPython(python, peersFolder);

  const state = await setupOrExit();
  const home = path.join(cacheFolder(), 'bench');
  for (const { dataSet } of labs) fetchDataSet(dataSet, home);
  const options = {
    rounds,
    turnMs,
    accuracy: values.accuracy ?? false,
    python,
    peersFolder,
    dataFolder: path.resolve(values.data ?? path.join(home, 'data')),
    home,
    tfjsBinding: await tfjsBindingOf(state),
    note: (/** @type {string} */ text) => console.error(text),
  };
  if (python === undefined) console.error('No --python is given: without the Python peers.');
  console.log(`${machineLine()}, TensorFlow ${state.tensorflow.version}`);
  for (const lab of labs) console.log(`\n${await benchLab(lab, options)}`);
}

/** @param {string} python @param {string} peersFolder */
function checkPython(python, peersFolder) {
  if (!fs.existsSync(path.join(peersFolder, 'common.py'))) {
    leave(`There are no peer scripts in "${peersFolder}": name their folder with --peers.`);
  }
  const tried = spawnSync(python, ['-c', 'import tensorflow, keras'], { encoding: 'utf8' });
  if (tried.status === 0) return;
  leave(
    `"${python}" cannot import tensorflow and keras: ${(tried.stderr ?? String(tried.error)).trim().split('\n').at(-1)}`,
  );
}

/** @param {import('./setup.mjs').SetupState} state */
async function tfjsBindingOf(state) {
  try {
    return await buildTfjsBinding(state);
  } catch (error) {
    reportFailure(error);
    console.error('Without tfjs-node: its binding could not be built.');
    return undefined;
  }
}

/**
 * Fetches a data set, if it is missing, with the command that a person would use.
 * @param {string} id
 * @param {string} home
 */
function fetchDataSet(id, home) {
  const cli = fileURLToPath(new URL('./gradient-lab.mjs', import.meta.url));
  const env = { ...process.env, GRADIENT_LAB_HOME: home };
  const fetched = spawnSync(process.execPath, [cli, 'data', 'fetch', id], { encoding: 'utf8', env });
  if (fetched.status !== 0) leave(`The data set "${id}" cannot be had.\n${fetched.stderr}`);
}

/** @param {string} message @returns {never} */
function leave(message) {
  console.error(message);
  process.exit(2);
}
