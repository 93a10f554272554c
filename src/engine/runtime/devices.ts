/** Which device computes, with how many threads: settled once, before the first tensor. */
import { availableParallelism } from 'node:os';
import { LabError } from '../../shared/errors.ts';
import { backend, binding } from './backend.ts';
import { readSetupRecord } from './binding.ts';
import { registerKernels } from './ops.ts';

export const DEVICES = ['auto', 'cpu', 'gpu'] as const;
export type DeviceChoice = (typeof DEVICES)[number];

export interface RuntimeOptions {
  readonly device?: DeviceChoice;
  /** Threads inside an op (matrix multiplication); 0: one a core. */
  readonly intraOpThreads?: number;
  /** Ops that may run at the same time; 0: one a core. */
  readonly interOpThreads?: number;
}

export interface RuntimeInfo {
  readonly device: 'cpu' | 'gpu';
  /** Why this device, in a sentence. */
  readonly why: string;
  readonly tensorflow: string;
  readonly variant: string;
  readonly cores: number;
}

let info: RuntimeInfo | undefined;
let threads = 0;

/** Starts TensorFlow; a second call returns what the first one started. */
export function startRuntime(options: RuntimeOptions = {}): RuntimeInfo {
  if (info !== undefined) return info;
  const choice = options.device ?? 'auto';
  const variant = readSetupRecord()?.tensorflow.variant ?? 'cpu';
  threads = options.intraOpThreads ?? 0;
  binding().configure({
    intraOpThreads: threads,
    interOpThreads: options.interOpThreads ?? 0,
    useGpu: choice !== 'cpu',
  });
  const gpu = binding()
    .devices()
    .find((device) => device.type === 'GPU');
  if (choice === 'gpu' && gpu === undefined) {
    throw new LabError('device/no-gpu', whyNoGpu(variant), {
      hint:
        variant === 'cpu'
          ? 'Run `npm run setup -- --device cuda` on a machine with an NVIDIA GPU, or choose another device.'
          : 'Check that `nvidia-smi` lists a GPU, or choose another device.',
    });
  }
  backend();
  registerKernels();
  info = {
    device: gpu && choice !== 'cpu' ? 'gpu' : 'cpu',
    why:
      choice === 'cpu' ? 'The CPU was asked for.' : gpu ? `TensorFlow found ${gpu.name}.` : whyNoGpu(variant),
    tensorflow: binding().TF_Version,
    variant,
    cores: availableParallelism(),
  };
  return info;
}

/** Whether the runtime was started, and found or was told to use the processor. */
export function computesOnProcessor(): boolean {
  return info?.device === 'cpu';
}

/** Whether steps may be taken on one thread instead of on all: on the processor, where nobody has said how many it should be. */
export function mayUseOneThread(): boolean {
  return info?.device === 'cpu' && threads === 0 && info.cores > 1;
}

function whyNoGpu(variant: string): string {
  return variant === 'cpu'
    ? 'This is the CPU build of TensorFlow.'
    : 'The CUDA build of TensorFlow found no GPU that it can use.';
}
