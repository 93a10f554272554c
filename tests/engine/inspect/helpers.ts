/** A home with small data sets of a person's own and runs on them, for the tests of inspection. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importDataSet, loadDataSet, type LoadedDataSet } from '../../../src/engine/data/index.ts';
import { makeInspectMethods, type InspectMethods } from '../../../src/engine/inspect/index.ts';
import { labById } from '../../../src/engine/labs/index.ts';
import { CheckpointStore, putOnDevice, train, TrainingControl } from '../../../src/engine/training/index.ts';
import type { ModelRef } from '../../../src/shared/engine-protocol.ts';
import { resolveConfig } from '../../../src/shared/fields.ts';
import type { LabId } from '../../../src/shared/labs.ts';
import { blobs } from '../../support/blobs.ts';
import { idxBytes } from '../data/helpers.ts';

export type Splits = Readonly<Record<string, { readonly images: Uint8Array; readonly labels: Uint8Array }>>;

/** The methods with a context already given. */
export type Inspect = {
  readonly [M in keyof InspectMethods]: (
    params: Parameters<InspectMethods[M]>[0],
    signal?: AbortSignal,
  ) => Promise<Awaited<ReturnType<InspectMethods[M]>>>;
};

export class Lab {
  readonly home = mkdtempSync(join(tmpdir(), 'gradient-lab-inspect-'));
  private readonly before = process.env['GRADIENT_LAB_HOME'];
  private readonly made = makeInspectMethods({ labById });
  private folders = 0;

  constructor() {
    process.env['GRADIENT_LAB_HOME'] = this.home;
  }

  /** Calls a method and waits for its answer; a method that throws rejects. */
  readonly inspect: Inspect = Object.fromEntries(
    Object.entries(this.made.methods).map(([name, method]) => [
      name,
      async (params: never, signal = new AbortController().signal) =>
        await method(params, { signal, update: () => undefined }),
    ]),
  ) as unknown as Inspect;

  /** Frees what the methods hold. */
  empty(): void {
    this.made.dispose();
  }

  /** Imports square images of `side` pixels as the data set `id`. */
  async import(
    id: string,
    splits: Splits,
    side: number,
    classes?: readonly string[],
  ): Promise<LoadedDataSet> {
    const folder = join(this.home, `files-${this.folders++}`);
    mkdirSync(folder);
    for (const [split, { images, labels }] of Object.entries(splits)) {
      writeFileSync(
        join(folder, `${split}-images.idx3-ubyte`),
        idxBytes([labels.length, side, side], images),
      );
      writeFileSync(join(folder, `${split}-labels.idx1-ubyte`), idxBytes([labels.length], labels));
    }
    await importDataSet(folder, { as: id, ...(classes && { classes }) });
    return loadDataSet(id);
  }

  /** Trains lab 1, or another, on a data set, with checkpoints, and says where the model lies. */
  async train(
    data: LoadedDataSet,
    settings: Record<string, unknown> = {},
    seed = 1,
    id: LabId = 'mnist-mlp',
  ): Promise<ModelRef> {
    const lab = labById(id);
    const config = resolveConfig(lab.fields, {
      data: data.info.id,
      ...(id === 'mnist-mlp' && { hiddenUnits: 16 }),
      batchSize: 20,
      epochs: 1,
      validationShare: 0.1,
      ...settings,
    });
    const folder = join(this.home, 'runs', `run-${this.folders++}`);
    const placed = putOnDevice(data, {
      validationShare: Number(config['validationShare']),
      seed,
      integers: lab.labelFeatures,
    });
    await train({
      experiment: lab.makeExperiment(config, placed, seed),
      plan: 'graph',
      control: new TrainingControl(),
      onEvent: () => undefined,
      checkpoints: new CheckpointStore(join(folder, 'checkpoints')),
      checkpointSeconds: 0, // after every call, so that there are two, however fast the machine is
      probes: false,
    });
    placed.dispose();
    return { lab: id, config, seed, folder, dataSet: { id: data.info.id, sha256: data.sha256 } };
  }

  remove(): void {
    this.empty();
    rmSync(this.home, { recursive: true, force: true });
    if (this.before === undefined) delete process.env['GRADIENT_LAB_HOME'];
    else process.env['GRADIENT_LAB_HOME'] = this.before;
  }
}

/** The blobs of tests/support as bytes: 600 training and 100 test images of 8 x 8, ten classes in turn. */
export function blobSplits(): Splits {
  const bytes = (split: string) => {
    const { image, label } = blobs().splits[split]?.features ?? {};
    return { images: image?.data as Uint8Array, labels: label?.data as Uint8Array };
  };
  return { train: bytes('train'), test: bytes('test') };
}

export interface PlainLayer {
  readonly name: string;
  readonly values: number[];
}

/** Lab 1's forward pass for one image in plain loops and double precision, from weights by name. */
export function forwardByHand(
  weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly values: Float32Array;
  }[],
  image: Uint8Array,
): PlainLayer[] {
  const find = (name: string) => weights.find((tensor) => tensor.name === name);
  const count = weights.length / 2;
  let below = Array.from(image, (pixel) => (pixel / 255 - 0.1307) / 0.3081);
  const layers: PlainLayer[] = [];
  for (let layer = 1; layer <= count; layer++) {
    const matrix = find(`weights${layer}`);
    const bias = find(`bias${layer}`);
    const width = matrix?.shape[1] ?? 0;
    const sums = Array.from({ length: width }, (_, j) => {
      let sum = bias?.values[j] as number;
      below.forEach((value, i) => (sum += value * (matrix?.values[i * width + j] as number)));
      return layer < count ? Math.max(0, sum) : sum;
    });
    layers.push({ name: layer < count ? `hidden${layer}` : 'logits', values: sums });
    below = sums;
  }
  return layers;
}

/** e^z / sum of e^z for logits that do not overflow. */
export function probabilitiesByHand(logits: readonly number[]): number[] {
  const sum = logits.reduce((total, z) => total + Math.exp(z), 0);
  return logits.map((z) => Math.exp(z) / sum);
}
