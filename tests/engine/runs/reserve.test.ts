import { expect, it } from 'vitest';
import { startRuntime, tf } from '../../../src/engine/runtime/index.ts';
import { reserve } from '../../../src/engine/runs/reserve.ts';

it('takes no memory and leaves no tensor, however often it is called', () => {
  const { device } = startRuntime({ device: 'cpu' });
  tf.dispose(tf.ones([1000])); // what TensorFlow needs for its first op
  const [tensors, bytes] = [tf.memory().numTensors, process.memoryUsage().rss];
  for (let i = 0; i < 10; i++) reserve(device);
  expect(tf.memory().numTensors).toBe(tensors);
  expect(process.memoryUsage().rss - bytes).toBeLessThan(64 * 1024 ** 2);
});
