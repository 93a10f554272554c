// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import { SetupError } from './fail.mjs';
import { moveIntoPlace, partialName, removePartials } from './paths.mjs';
import { requireCLibrary, requirePlatform, requireProcessor } from './platform.mjs';
import { requirePip, requirePython } from './python.mjs';
import { requireSpace } from './space.mjs';
import { hashOf, readJson, writeJson } from './stamp.mjs';
import { downloadWheel, unpackWheel } from './wheel.mjs';

export const TENSORFLOW_VERSION = '2.21.0';

/**
 * @typedef {'cpu' | 'cuda'} Variant
 * @typedef {import('./wheel.mjs').Wheel & { platform: string, arch: string, variant: Variant, unpackedBytes: number,
 *   libraries: readonly string[], verified: boolean }} TensorflowWheel
 * @typedef {{ dir: string, version: string, variant: Variant }} Tensorflow
 */

const LINUX_LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const MAC_LIBRARIES = ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'];

/** Built for CPython 3.11; only libraries and headers are used, so any wheel would do, and one is one hash to keep. */
const COMMON = { version: TENSORFLOW_VERSION, pythonVersion: '3.11' };

/** @type {readonly TensorflowWheel[]} */
export const WHEELS = [
  {
    ...COMMON,
    platform: 'linux',
    arch: 'x64',
    variant: 'cpu',
    name: 'tensorflow-cpu',
    pipPlatforms: ['manylinux_2_27_x86_64'],
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    downloadBytes: 274e6,
    unpackedBytes: 860e6,
    libraries: LINUX_LIBRARIES,
    verified: true,
  },
  {
    ...COMMON,
    platform: 'linux',
    arch: 'x64',
    variant: 'cuda',
    name: 'tensorflow',
    pipPlatforms: ['manylinux_2_27_x86_64'],
    sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
    downloadBytes: 572e6,
    unpackedBytes: 1.3e9,
    libraries: LINUX_LIBRARIES,
    verified: false,
  },
  {
    ...COMMON,
    platform: 'linux',
    arch: 'arm64',
    variant: 'cpu',
    name: 'tensorflow',
    pipPlatforms: ['manylinux_2_27_aarch64'],
    sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
    downloadBytes: 282e6,
    unpackedBytes: 1e9,
    libraries: LINUX_LIBRARIES,
    verified: false,
  },
  {
    ...COMMON,
    platform: 'darwin',
    arch: 'arm64',
    variant: 'cpu',
    name: 'tensorflow',
    pipPlatforms: ['macosx_12_0_arm64'],
    sha256: '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88',
    downloadBytes: 223e6,
    unpackedBytes: 800e6,
    libraries: MAC_LIBRARIES,
    verified: false,
  },
];

/**
 * NVIDIA's libraries for the CUDA build: what the wheel's own `and-cuda` extra asks for, at the newest versions it allows when
 * this list was made. Unverified: no set-up with them has trained anything yet.
 * @type {readonly (readonly [name: string, version: string, sha256: string])[]}
 */
const CUDA_PACKAGES = [
  ['nvidia-cublas-cu12', '12.9.3.13', 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72'],
  ['nvidia-cuda-cupti-cu12', '12.9.79', '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f'],
  ['nvidia-cuda-nvcc-cu12', '12.9.86', '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0'],
  ['nvidia-cuda-nvrtc-cu12', '12.9.86', '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4'],
  ['nvidia-cuda-runtime-cu12', '12.9.79', '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3'],
  ['nvidia-cudnn-cu12', '9.28.0.42', '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375'],
  ['nvidia-cufft-cu12', '11.4.1.4', 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28'],
  ['nvidia-curand-cu12', '10.3.10.19', '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e'],
  ['nvidia-cusolver-cu12', '11.7.5.82', '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88'],
  ['nvidia-cusparse-cu12', '12.5.10.65', '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78'],
  ['nvidia-nccl-cu12', '2.32.3', 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c'],
  ['nvidia-nvjitlink-cu12', '12.9.86', 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9'],
];
const CUDA_PLATFORMS = [
  'manylinux_2_27_x86_64',
  'manylinux_2_25_x86_64',
  'manylinux2014_x86_64',
  'manylinux2010_x86_64',
];
/** The NVIDIA packages together, downloaded one by one and unpacked: about. */
const CUDA_BYTES = 6e9;

/**
 * The headers that TensorFlow's C interface reaches, and nothing of its other ten thousand.
 * @param {TensorflowWheel} wheel
 * @returns {import('./wheel.mjs').UnpackRule[]}
 */
export function unpackRules(wheel) {
  return [
    ...wheel.libraries.map((name) => ({ from: `tensorflow/${name}`, to: `lib/${name}` })),
    ...['tensorflow/c/', 'tensorflow/core/platform/', 'tsl/platform/', 'xla/tsl/c/'].map((name) => ({
      from: `tensorflow/include/${name}`,
      to: `include/${name}`,
    })),
    { from: 'tensorflow/include/LICENSE', to: 'licenses/LICENSE', optional: true },
    { from: 'tensorflow/THIRD_PARTY_NOTICES.txt', to: 'licenses/THIRD_PARTY_NOTICES.txt' },
  ];
}

/**
 * The wheel for a system and a device.
 * @param {{ platform: string, arch: string, device: Variant }} system
 * @returns {TensorflowWheel}
 */
export function chooseWheel({ platform, arch, device }) {
  const { label } = requirePlatform({ platform, arch });
  const wheel = WHEELS.find(
    (each) => each.platform === platform && each.arch === arch && each.variant === device,
  );
  if (wheel) return wheel;
  throw new SetupError(
    'unsupported-device',
    `TensorFlow has no CUDA build for ${label}`,
    'run the set-up again with `--device cpu`',
  );
}

/** @param {import('./context.mjs').Context} context @param {TensorflowWheel} wheel */
function folderOf(context, wheel) {
  const key = `${wheel.version}-${wheel.variant}-${wheel.platform}-${wheel.arch}`;
  return path.join(context.cache, 'tensorflow', key);
}

/** One hash for everything that decides what the folder holds. @param {TensorflowWheel} wheel */
function stampOf(wheel) {
  const parts = [wheel.sha256, JSON.stringify(unpackRules(wheel))];
  return hashOf(...parts, wheel.variant === 'cuda' ? JSON.stringify(CUDA_PACKAGES) : '');
}

/**
 * The unpacked TensorFlow, when it is there and whole.
 * @param {import('./context.mjs').Context} context
 * @param {TensorflowWheel} [wheel]
 * @returns {Tensorflow | undefined}
 */
export function checkTensorflow(context, wheel = chooseWheel(context)) {
  const dir = folderOf(context, wheel);
  const done = readJson(path.join(dir, 'done.json'));
  if (done?.stamp !== stampOf(wheel)) return undefined;
  if (!wheel.libraries.every((name) => fs.existsSync(path.join(dir, 'lib', name)))) return undefined;
  return { dir, version: wheel.version, variant: wheel.variant };
}

/**
 * Downloads and unpacks TensorFlow into the cache.
 * @param {import('./context.mjs').Context} context
 * @param {TensorflowWheel} [wheel]
 * @returns {Promise<Tensorflow>}
 */
export async function setupTensorflow(context, wheel = chooseWheel(context)) {
  requireProcessor(context);
  requireCLibrary(context.platform);
  const cuda = wheel.variant === 'cuda';
  requireSpace(
    context.cache,
    wheel.downloadBytes + wheel.unpackedBytes + (cuda ? CUDA_BYTES : 0) + 100e6,
    'TensorFlow',
  );
  const python = await requirePython(context.env);
  await requirePip(python, context.env);

  const { progress, env } = context;
  const dir = folderOf(context, wheel);
  const downloads = path.join(context.cache, 'downloads');
  removePartials(path.dirname(dir));
  removePartials(downloads);
  if (!wheel.verified)
    progress.note(`TensorFlow for ${path.basename(dir)} was not tried yet by the project.`);

  const partial = partialName(dir);
  const file = await downloadWheel({ wheel, folder: downloads, python, progress, env });
  await unpackWheel({
    file,
    folder: partial,
    rules: unpackRules(wheel),
    title: `TensorFlow ${wheel.version}`,
    python,
    progress,
    env,
  });
  addLinkNames(path.join(partial, 'lib'), wheel.libraries);
  if (cuda) await addCudaLibraries({ partial, downloads, python, progress, env });
  writeJson(path.join(partial, 'done.json'), {
    stamp: stampOf(wheel),
    wheel: wheel.name,
    sha256: wheel.sha256,
  });
  moveIntoPlace(partial, dir);
  fs.rmSync(file, { force: true });
  return { dir, version: wheel.version, variant: wheel.variant };
}

/**
 * Linkers look for names without a version.
 * @param {string} folder
 * @param {readonly string[]} libraries
 */
function addLinkNames(folder, libraries) {
  for (const name of libraries) {
    const plain = name.replace(/\.so\.2$/, '.so').replace(/\.2\.dylib$/, '.dylib');
    fs.symlinkSync(name, path.join(folder, plain));
  }
}

/**
 * Puts NVIDIA's libraries where pip would, relative to TensorFlow's own: those have folders below "$ORIGIN/../nvidia" as run path,
 * and XLA looks for ptxas and libdevice in "../nvidia/cuda_nvcc".
 * @param {{ partial: string, downloads: string, python: import('./python.mjs').Python,
 *   progress: import('./progress.mjs').Progress, env: NodeJS.ProcessEnv }} options
 */
async function addCudaLibraries({ partial, downloads, python, progress, env }) {
  for (const [name, version, sha256] of CUDA_PACKAGES) {
    const wheel = {
      name,
      version,
      sha256,
      pipPlatforms: CUDA_PLATFORMS,
      pythonVersion: '3.11',
      downloadBytes: CUDA_BYTES / 2 / CUDA_PACKAGES.length,
    };
    const file = await downloadWheel({ wheel, folder: downloads, python, progress, env });
    await unpackWheel({
      file,
      folder: partial,
      rules: [
        { from: 'nvidia/', to: 'nvidia/' },
        {
          from: `${name.replaceAll('-', '_')}-${version}.dist-info/`,
          to: `licenses/${name}/`,
          optional: true,
        },
      ],
      title: `${name} ${version}`,
      python,
      progress,
      env,
    });
    fs.rmSync(file, { force: true });
  }
}
