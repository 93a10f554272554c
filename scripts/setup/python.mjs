// @ts-check
import { SetupError } from './fail.mjs';
import { findProgram, run } from './run.mjs';

/**
 * @typedef {object} Python
 * @property {string} command
 * @property {string} version e.g. "3.11"
 */

/** What gives Python, pip or a compiler on this system, in the words of its package manager. */
const INSTALL = {
  python: 'apt-get install python3 python3-pip',
  pip: 'apt-get install python3-pip',
};

/** The program itself is asked for too: what the search path names is often a script that first looks for a Python. */
const ASK = 'import sys; print("%d.%d %s" % (sys.version_info[0], sys.version_info[1], sys.executable))';

/**
 * A Python that node-gyp and our unpacking can use. Which one does not matter: the wheel is named exactly, and nothing of it
 * is ever imported.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Python>}
 */
export async function requirePython(env = process.env) {
  let newest = '';
  for (const name of ['python3', 'python']) {
    const command = findProgram(name, env);
    if (!command) continue;
    const { code, output } = await run(command, ['-c', ASK], { env });
    const [, major, minor, program] = /^(\d+)\.(\d+)(?: (.+))?$/m.exec(output) ?? [];
    if (code !== 0 || major === undefined) continue;
    const version = `${major}.${minor}`;
    if (Number(major) === 3 && Number(minor) >= 8) return { command: program ?? command, version };
    newest = version;
  }
  throw new SetupError(
    'no-python',
    newest ? `Python ${newest} is too old, 3.8 or newer is needed` : 'Python 3 is missing',
    `install Python 3.8 or newer with pip (Debian and Ubuntu: \`${INSTALL.python}\`; macOS: \`xcode-select --install\`)`,
  );
}

/**
 * Checks that this Python has a pip that knows today's platform names.
 * @param {Python} python
 * @param {NodeJS.ProcessEnv} [env]
 */
export async function requirePip(python, env = process.env) {
  const { code, output } = await run(python.command, ['-m', 'pip', '--version'], { env });
  const [, major, minor] = /^pip (\d+)\.(\d+)/m.exec(output) ?? [];
  if (code !== 0 || major === undefined) {
    throw new SetupError(
      'no-pip',
      `pip is missing from ${python.command}`,
      `install it with \`${INSTALL.pip}\` or \`${python.command} -m ensurepip\``,
      output,
    );
  }
  // Names such as manylinux_2_27 came with pip 20.3.
  if (Number(major) < 20 || (Number(major) === 20 && Number(minor) < 3)) {
    throw new SetupError(
      'pip-too-old',
      `pip ${major}.${minor} is too old, 20.3 or newer is needed`,
      `update it with \`${python.command} -m pip install --upgrade pip\``,
    );
  }
}
