/** `gradient-lab doctor`: what is installed, which device computes and why, and what is missing. */
import { accessSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs';
import { Command, Option } from 'commander';
import { homeFolder, listDataSets } from '../../engine/data/index.ts';
import { DEVICES, readSetupRecord, startRuntime, tf, type DeviceChoice } from '../../engine/runtime/index.ts';
import { messageOf } from '../../shared/errors.ts';
import { EXIT } from '../exit.ts';
import { formatBytes } from '../format.ts';
import { makeOutput } from '../output.ts';

interface Check {
  readonly name: string;
  readonly state: 'ok' | 'missing' | 'note';
  readonly detail: string;
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('say what is installed and what is missing')
    .description(
      'Says what is installed, which device computes and why, and what is missing. Exit code 1 if something is.',
    )
    .addOption(new Option('--device <device>', 'the device to look for').choices(DEVICES).default('auto'))
    .option('--json', 'one JSON object a check')
    .action(async ({ device, json = false }: { device: DeviceChoice; json?: boolean }) => {
      const output = makeOutput(json, process.stdout, process.stderr);
      const checks = [nodeCheck(), ...engineChecks(device), homeCheck(), ...(await dataChecks())];
      for (const check of checks) {
        output.object({ kind: 'check', ...check });
        output.line(
          `${{ ok: '✓', missing: '✗', note: '·' }[check.state]} ${check.name.padEnd(18)} ${check.detail}`,
        );
      }
      if (checks.some((check) => check.state === 'missing')) process.exitCode = EXIT.failed;
    });
}

function nodeCheck(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > 20 || (major === 20 && minor >= 19);
  return {
    name: 'Node.js',
    state: enough ? 'ok' : 'missing',
    detail: `${process.versions.node} on ${process.platform} ${process.arch}${enough ? '' : '; 20.19 or newer is needed'}`,
  };
}

/** Starts TensorFlow and computes something small: the only proof that it works. */
function engineChecks(device: DeviceChoice): Check[] {
  const native = readSetupRecord()?.native ?? process.env['GRADIENT_LAB_NATIVE'];
  try {
    const runtime = startRuntime({ device });
    const sum = tf.tidy(() => tf.sum(tf.matMul(tf.ones([2, 3]), tf.ones([3, 2]))).dataSync()[0]);
    if (sum !== 12) throw new Error(`a product of matrices gave ${sum} instead of 12`);
    return [
      { name: 'Native engine', state: 'ok', detail: native ?? 'found' },
      {
        name: 'TensorFlow',
        state: 'ok',
        detail: `${runtime.tensorflow}, ${runtime.variant} build, TensorFlow.js ${tf.version_core}`,
      },
      {
        name: 'Device',
        state: 'ok',
        detail: `${runtime.device.toUpperCase()}, ${runtime.cores} cores. ${runtime.why}`,
      },
    ];
  } catch (error) {
    return [
      { name: 'Native engine', state: 'missing', detail: `${messageOf(error)} Run \`npm run setup\`.` },
    ];
  }
}

function homeCheck(): Check {
  const home = homeFolder();
  try {
    mkdirSync(home, { recursive: true });
    accessSync(home, constants.W_OK);
    const { bavail, bsize } = statfsSync(home);
    return { name: 'Folder', state: 'ok', detail: `${home}, ${formatBytes(bavail * bsize)} free` };
  } catch (error) {
    const what = existsSync(home) ? 'cannot be written' : 'cannot be made';
    return {
      name: 'Folder',
      state: 'missing',
      detail: `${home} ${what}: ${messageOf(error)}. Set GRADIENT_LAB_HOME to another.`,
    };
  }
}

async function dataChecks(): Promise<Check[]> {
  const listings = await listDataSets();
  return listings.map(({ info, state, bytes, problem }) => ({
    name: info.id,
    state: state === 'damaged' ? 'missing' : state === 'present' ? 'ok' : 'note',
    detail:
      state === 'present'
        ? `${info.name}, ${formatBytes(bytes || info.bytes)}`
        : state === 'absent'
          ? `not fetched; \`gradient-lab data fetch ${info.id}\``
          : `damaged: ${problem ?? ''}; \`gradient-lab data fetch ${info.id}\``,
  }));
}
