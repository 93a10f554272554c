// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import { buildAddon } from './addon.mjs';
import { findPackage } from './paths.mjs';
import { contentHashOfFolder, hashOf, readJson } from './stamp.mjs';

const ADDON = 'gradient_lab.node';

/** What a build leaves in the sources when somebody runs node-gyp there by hand; not part of them. */
const isBuildFolder = (/** @type {string} */ name) => name === 'build' || name === 'node_modules';

/**
 * Where the addon for these sources and this TensorFlow belongs. The Node version does not count: Node-API keeps its binary
 * interface. The TensorFlow folder does, since the addon holds its path.
 * @param {import('./context.mjs').Context} context
 * @param {import('./tensorflow.mjs').Tensorflow} tensorflow
 */
export function nativeFile({ root, cache, platform, arch }, tensorflow) {
  const api = findPackage(root, 'node-addon-api');
  const key = hashOf(
    contentHashOfFolder(path.join(root, 'native'), isBuildFolder),
    tensorflow.dir,
    String(api && readJson(path.join(api, 'package.json'))?.version),
    `${platform}-${arch}`,
  );
  return path.join(cache, 'native', key.slice(0, 24), ADDON);
}

/**
 * The built addon, when it was built from these sources.
 * @param {import('./context.mjs').Context} context
 * @param {import('./tensorflow.mjs').Tensorflow} tensorflow
 * @returns {string | undefined}
 */
export function checkNative(context, tensorflow) {
  const file = nativeFile(context, tensorflow);
  return fs.existsSync(file) ? file : undefined;
}

/**
 * Builds `native/` against the unpacked TensorFlow.
 * @param {import('./context.mjs').Context} context
 * @param {import('./tensorflow.mjs').Tensorflow} tensorflow
 * @returns {Promise<string>}
 */
export async function setupNative(context, tensorflow) {
  const file = nativeFile(context, tensorflow);
  if (fs.existsSync(file)) return file;
  await buildAddon({
    context,
    title: 'Building the native binding',
    source: path.join(context.root, 'native'),
    product: ADDON,
    target: file,
    // node-gyp hands options it does not know to binding.gyp as variables.
    gypArguments: [`--tensorflow_dir=${tensorflow.dir}`],
    skip: isBuildFolder,
    verify: 'require(process.argv[1])',
  });
  return file;
}
