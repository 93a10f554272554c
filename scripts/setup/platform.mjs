// @ts-check
import fs from 'node:fs';
import { SetupError } from './fail.mjs';

/** The oldest Node the project runs on, as `engines` in package.json says. */
const OLDEST_NODE = [20, 19];

/**
 * Where the project runs. "verified" means that set-up and training were tried there; the others have the same path, unverified.
 * @type {Record<string, { label: string, verified: boolean }>}
 */
const PLATFORMS = {
  'linux-x64': { label: 'Linux x64', verified: true },
  'linux-arm64': { label: 'Linux arm64', verified: false },
  'darwin-arm64': { label: 'macOS arm64', verified: false },
};

/** @param {string} version e.g. "v20.19.0" */
export function requireNode(version = process.version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const [oldMajor = 0, oldMinor = 0] = OLDEST_NODE;
  if (major > oldMajor || (major === oldMajor && minor >= oldMinor)) return;
  throw new SetupError(
    'node-too-old',
    `Node ${version} is too old, ${OLDEST_NODE.join('.')} or newer is needed`,
    'install it from nodejs.org or with your system’s package manager',
  );
}

/**
 * Refuses systems for which there is no TensorFlow library.
 * @param {{ platform: string, arch: string }} system
 * @returns {{ label: string, verified: boolean }}
 */
export function requirePlatform({ platform, arch }) {
  const found = PLATFORMS[`${platform}-${arch}`];
  if (found) return found;
  if (platform === 'win32') {
    throw new SetupError(
      'unsupported-platform',
      'Windows is not supported yet',
      'run Gradient Lab inside WSL 2, where it is the same as on Linux',
    );
  }
  if (platform === 'darwin') {
    throw new SetupError(
      'unsupported-platform',
      `macOS on "${arch}" is not supported, since TensorFlow is no longer built for it`,
      'use a Mac with Apple silicon, and a Node built for it',
    );
  }
  const known = Object.values(PLATFORMS).map(({ label }) => label);
  throw new SetupError(
    'unsupported-platform',
    `"${platform}-${arch}" is not supported`,
    `use one of ${known.join(', ')}`,
  );
}

/**
 * TensorFlow's x64 libraries are compiled for AVX: without it they end the process with an illegal instruction.
 * @param {{ platform: string, arch: string }} system
 * @param {() => string} [readCpuInfo]
 */
export function requireProcessor(
  { platform, arch },
  readCpuInfo = () => fs.readFileSync('/proc/cpuinfo', 'utf8'),
) {
  if (platform !== 'linux' || arch !== 'x64') return;
  let text;
  try {
    text = readCpuInfo();
  } catch {
    return; // Without /proc nothing can be said against the processor.
  }
  const flags = /^flags\s*:(.*)$/m.exec(text)?.[1];
  if (flags === undefined || flags.split(/\s+/).includes('avx')) return;
  const model = /^model name\s*:\s*(.*)$/m.exec(text)?.[1] ?? 'this processor';
  throw new SetupError(
    'unsupported-processor',
    `TensorFlow needs a processor with AVX, which "${model}" does not have or the virtual machine hides`,
    'use a processor from 2011 or later, or let the virtual machine pass AVX through',
  );
}

/**
 * The libraries are built against the GNU C library 2.27; other C libraries (Alpine's musl) cannot load them.
 * @param {string} platform
 * @param {() => string | undefined} [readVersion] the version of the GNU C library that Node runs with, if it does
 */
export function requireCLibrary(platform, readVersion = glibcVersion) {
  if (platform !== 'linux') return;
  const version = readVersion();
  const [major = 0, minor = 0] = (version ?? '0.0').split('.').map(Number);
  if (major > 2 || (major === 2 && minor >= 27)) return;
  throw new SetupError(
    'unsupported-platform',
    version
      ? `The GNU C library ${version} is too old, 2.27 or newer is needed`
      : 'This Linux does not use the GNU C library, which TensorFlow needs',
    'use a distribution such as Debian, Ubuntu or Fedora of the last years',
  );
}

function glibcVersion() {
  // The report's network part may ask name servers, and takes seconds where they do not answer.
  if (process.report) /** @type {any} */ (process.report).excludeNetwork = true;
  const report = /** @type {any} */ (process.report?.getReport());
  return report?.header?.glibcVersionRuntime;
}
