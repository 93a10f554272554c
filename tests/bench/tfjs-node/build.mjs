// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAddon, requirePackage } from '../../../scripts/setup/addon.mjs';
import { makeContext } from '../../../scripts/setup/context.mjs';
import { takeLock } from '../../../scripts/setup/lock.mjs';
import { contentHashOfFolder, hashOf } from '../../../scripts/setup/stamp.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ADDON = 'tfjs_binding.node';

/**
 * Builds tfjs-node's own binding against our TensorFlow, once, into the cache folder. Its prebuilt one is bound to TensorFlow
 * 2.9.1; on the same TensorFlow a comparison shows what compiling whole steps brings, and nothing else.
 * @param {import('../../../scripts/setup/context.mjs').SetupState} state
 * @returns {Promise<string>} the addon's path
 */
export async function buildTfjsBinding({ tensorflow }) {
  const context = makeContext();
  const sources = path.join(requirePackage(context.root, '@tensorflow/tfjs-node-gpu'), 'binding');
  const gyp = path.join(HERE, 'binding.gyp');
  const key = hashOf(contentHashOfFolder(sources), fs.readFileSync(gyp), tensorflow.dir);
  const target = path.join(context.cache, 'tfjs-node', key.slice(0, 24), ADDON);
  if (fs.existsSync(target)) return target;
  const release = await takeLock(path.join(context.cache, 'setup.lock')); // builds share a folder with the set-up's
  const together = fs.mkdtempSync(path.join(context.cache, 'tfjs-node-sources-'));
  try {
    fs.cpSync(sources, path.join(together, 'binding'), { recursive: true });
    fs.copyFileSync(gyp, path.join(together, 'binding.gyp'));
    await buildAddon({
      context,
      title: 'Building the binding of tfjs-node',
      source: together,
      product: ADDON,
      target,
      gypArguments: [`--tensorflow_dir=${tensorflow.dir}`],
      verify: 'require(process.argv[1])',
    });
  } finally {
    fs.rmSync(together, { recursive: true, force: true });
    release();
  }
  return target;
}
