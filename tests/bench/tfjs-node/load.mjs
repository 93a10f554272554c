// @ts-check
import { createRequire } from 'node:module';

/**
 * TensorFlow.js on tfjs-node's own backend, kernels and binding: what the package's index.js does, with the addon from another
 * place. Needs a Node that still has `util.isNullOrUndefined` (below 23), as tfjs-node does.
 * @param {string} bindingFile
 * @returns {typeof import('@tensorflow/tfjs')}
 */
export function loadTfjsNode(bindingFile) {
  const require = createRequire(import.meta.url);
  const tf = require('@tensorflow/tfjs');
  const { NodeJSKernelBackend } = require('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend');
  require('@tensorflow/tfjs-node-gpu/dist/register_all_kernels');
  const binding = require(bindingFile);
  tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node-gpu'), 3);
  tf.setBackend('tensorflow');
  return tf;
}
