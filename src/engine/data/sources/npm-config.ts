import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { promisify } from 'node:util';

/** What matters of a person's npm configuration for reaching the registry, under the names that pacote knows. */
export interface NpmOptions {
  registry?: string;
  ca?: string[];
  strictSSL?: boolean;
  proxy?: string;
  httpsProxy?: string;
  noProxy?: string[];
}

/**
 * Reads the person's npm configuration (their own, the machine's, and `npm_config_*`), so that a mirror, a proxy or a company's
 * certificate that works for npm works here too.
 *
 * Without npm on the machine, `npm_config_*` alone are read. Logins are not read: a registry that asks for one is not supported.
 */
export async function readNpmOptions(): Promise<NpmOptions> {
  const config = (await askNpm()) ?? configFromEnvironment(process.env);
  const options: NpmOptions = {};
  const registry = textOf(config.registry);
  const proxy = textOf(config.proxy);
  const httpsProxy = textOf(config['https-proxy']);
  if (registry !== undefined) options.registry = registry;
  if (proxy !== undefined) options.proxy = proxy;
  if (httpsProxy !== undefined) options.httpsProxy = httpsProxy;

  const strict = config['strict-ssl'];
  if (strict === false || strict === 'false') options.strictSSL = false;
  const noProxy = listOf(config.noproxy);
  if (noProxy.length > 0) options.noProxy = noProxy;
  const ca = listOf(config.ca, '\n\n');
  const cafile = textOf(config.cafile);
  if (cafile !== undefined) ca.push(...certificates(await readFile(cafile, 'utf8').catch(() => '')));
  if (ca.length > 0) options.ca = ca;
  return options;
}

async function askNpm(): Promise<Record<string, unknown> | undefined> {
  try {
    const { stdout } = await promisify(execFile)('npm', ['config', 'ls', '--json'], {
      // The person's home, not the current folder: a project's own .npmrc has no say in this.
      cwd: homedir(),
      timeout: 20_000,
      windowsHide: true,
      maxBuffer: 4 * 1024 * 1024,
      // On Windows npm is a .cmd file, which only a shell starts; the arguments are constants.
      shell: process.platform === 'win32',
    });
    const parsed: unknown = JSON.parse(stdout);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // No npm, or one that cannot say: the environment has to do.
  }
}

function configFromEnvironment(env: NodeJS.ProcessEnv): Record<string, unknown> {
  const config: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(env)) {
    const key = /^npm_config_(.+)$/i.exec(name)?.[1];
    if (key !== undefined) config[key.toLowerCase().replaceAll('_', '-')] = value;
  }
  return config;
}

/** The single certificates of a PEM file. */
function certificates(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value !== 'null' ? value : undefined;
}

function listOf(value: unknown, separator = ','): string[] {
  const list: unknown[] = Array.isArray(value)
    ? value
    : typeof value === 'string'
      ? value.split(separator)
      : [];
  return list.filter((item): item is string => typeof item === 'string' && item.trim() !== '');
}
