/**
 * TensorFlow.js, loaded once.
 *
 * tfjs ships CommonJS without an `exports` map, and its Node kernels `require` it: loading it the same way keeps one copy.
 */
import { createRequire } from 'node:module';
import util from 'node:util';
import type * as tfjs from '@tensorflow/tfjs';

const require = createRequire(import.meta.url);

// tfjs-node's backend calls util.isNullOrUndefined, which Node 23 removed (tensorflow/tfjs issue 8499).
const legacy = util as unknown as { isNullOrUndefined?: (value: unknown) => boolean };
legacy.isNullOrUndefined ??= (value) => value === null || value === undefined;

export const tf = require('@tensorflow/tfjs') as typeof tfjs;

export type {
  DataType,
  layers,
  LayersModel,
  Rank,
  Scalar,
  SymbolicTensor,
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  TensorInfo,
  Variable,
} from '@tensorflow/tfjs';
