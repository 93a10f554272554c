import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeDataSet } from '../../../src/engine/data/index.ts';
import type { Inspectable } from '../../../src/engine/inspect/index.ts';
import { summaryOf } from '../../../src/engine/inspect/summary.ts';
import type { ModelRef } from '../../../src/shared/engine-protocol.ts';
import type { ModelSummary } from '../../../src/shared/model.ts';
import { errorOf } from '../data/helpers.ts';
import { blobSplits, Lab } from './helpers.ts';

let lab: Lab;
let ref: ModelRef;
beforeAll(async () => {
  lab = new Lab();
  const data = await lab.import('blobs', blobSplits(), 8, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']);
  ref = {
    lab: 'mnist-mlp',
    config: { data: 'blobs', filters: 4 },
    seed: 1,
    folder: '/runs/one',
    dataSet: { id: 'blobs', sha256: data.sha256 },
  };
});
afterAll(() => lab.remove());

describe('the summary of a run’s model', () => {
  it('is what its lab makes of its settings and of its images', () => {
    const asked: unknown[] = [];
    const summary: ModelSummary = { layers: [], parameters: 3, trainable: 2, flops: null };
    const described = {
      labelFeatures: [],
      inspect: {
        describe: (...args: unknown[]) => {
          asked.push(args);
          return summary;
        },
      },
    } as unknown as Inspectable;
    expect(summaryOf(described, ref)).toBe(summary);
    expect(asked).toEqual([[{ data: 'blobs', filters: 4 }, [8, 8], 10]]);
  });

  it('is nothing for a lab without layers, and needs no checkpoint', async () => {
    expect(await lab.inspect['inspect.model']({ model: ref })).toBeNull();
  });

  it('says when the data set is not known any more', async () => {
    await lab.import('gone', blobSplits(), 8);
    await removeDataSet('gone');
    const described = { labelFeatures: [], inspect: { describe: () => null } } as unknown as Inspectable;
    const error = await errorOf(() => summaryOf(described, { ...ref, dataSet: { id: 'gone', sha256: '' } }));
    expect(error.code).toBe('run/data-gone');
    expect(error.message).toBe('The data set "gone" of run one is not here any more.');
  });
});
