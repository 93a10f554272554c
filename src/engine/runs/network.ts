/**
 * Runs that train an imported network itself. The network's description is kept in the run's folder, and handed to the lab as one more
 * setting wherever its model is built: so the run needs the imported model no more once it has begun.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelRef, Origin } from '../../shared/engine-protocol.ts';
import { LabError } from '../../shared/errors.ts';
import type { Config } from '../../shared/fields.ts';
import { startSourceOf } from '../../shared/start.ts';
import { asLogits, IMPORTED_NETWORK, withInput, type Network } from '../layers/index.ts';
import { loadModel } from '../models/index.ts';

/** What images are to the network before it is trained here, and how what this lab prepares is brought to that. */
const INPUTS: Readonly<Record<string, number>> = { '0 to 1': 1, '0 to 255': 255 };

/** Whether a run with this configuration trains an imported network: without anything to start from there is none. */
export function isImported(config: Config): boolean {
  return config['network'] === 'imported' && startSourceOf(config['startFrom'])?.kind !== 'fresh';
}

/** The text of the network that `origin` has, made to give logits of what the lab prepares. Throws `start/no-network`, `start/gone`. */
export function networkOfOrigin(
  config: Config,
  origin: Origin,
  standard: { readonly mean: number; readonly deviation: number },
): string {
  if (origin?.kind === 'run') {
    const kept = readKept(origin.folder);
    if (kept !== null) return kept;
    throw noNetwork(`Run ${origin.number} has trained the lab's own network, not an imported one.`);
  }
  if (origin.kind === 'gone')
    throw noNetwork(`${origin.what} is not here any more, and its network with it.`);
  const { network, info } = loadModel(origin.id);
  if (network === null) throw noNetwork(`The model "${info.id}" came as weights alone: it has no network.`);
  const range = INPUTS[String(config['inputs'])];
  const whole = asLogits(network);
  const { mean, deviation } = standard;
  const fitted: Network =
    range === undefined
      ? whole
      : // What was prepared is (value - mean) / deviation of a value from 0 to 1.
        withInput(whole, { scale: deviation * range, offset: mean * range });
  return JSON.stringify(fitted);
}

/** Keeps the network's text in the run's folder. */
export function keepNetwork(folder: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(placeIn(folder), text);
}

/** `config` with the network that lies in the run's folder, where the run trains an imported one. Throws `run/no-network`. */
export function withKeptNetwork(config: Config, folder: string): Config {
  if (!isImported(config)) return config;
  const kept = readKept(folder);
  if (kept !== null) return { ...config, [IMPORTED_NETWORK]: kept };
  throw new LabError('run/no-network', 'The network of this run is not in its folder any more.', {
    hint: 'Start a new run from the imported model.',
  });
}

/** The reference as labs need it: with the imported network, where it is one. */
export function wholeRef(ref: ModelRef): ModelRef {
  return isImported(ref.config) ? { ...ref, config: withKeptNetwork(ref.config, ref.folder) } : ref;
}

function readKept(folder: string): string | null {
  const file = placeIn(folder);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function placeIn(folder: string): string {
  return join(folder, 'network.json');
}

function noNetwork(message: string): LabError {
  return new LabError('start/no-network', message, {
    hint: 'Choose an imported model with its layers, such as a .keras file, or the network of the lab.',
  });
}
