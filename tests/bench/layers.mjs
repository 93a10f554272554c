// @ts-check
/**
 * What the layers API costs: lab 3's network on MNIST, built of layers and written by hand, through the same compiled loop, in turns of
 * one call each: `node tests/bench/layers.mjs [rounds]`. To be reached: layers at 0.95 of the speed by hand. MNIST has to be there
 * (`gradient-lab data fetch mnist`).
 */
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { median } from './measure.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUILT = path.join(ROOT, 'out/bench/layers.mjs');

await build({
  absWorkingDir: ROOT,
  entryPoints: ['tests/bench/layers/compare.ts'],
  outfile: BUILT,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});
/** @type {typeof import('./layers/compare.ts')} */
const { compare } = await import(pathToFileURL(BUILT).href);

const rounds = Number(process.argv[2] ?? 40);
const { layers, byHand, largestDifference } = await compare(rounds);
const ratios = layers.map((ms, i) => /** @type {number} */ (byHand[i]) / ms).sort((a, b) => a - b);
const at = (/** @type {number} */ share) => ratios[Math.floor(share * (ratios.length - 1))]?.toFixed(3);
console.log(
  `layers against by hand, ${rounds} rounds: ${median(ratios).toFixed(3)} (quarters ${at(0.25)} to ${at(0.75)}); ` +
    `${median(layers).toFixed(1)} and ${median(byHand).toFixed(1)} ms a call of 16 steps; losses differ by ${largestDifference} at most`,
);
