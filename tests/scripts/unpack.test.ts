import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { requirePip, requirePython } from '../../scripts/setup/python.mjs';
import type { Python } from '../../scripts/setup/python.mjs';
import { setupTensorflow } from '../../scripts/setup/tensorflow.mjs';
import { unpackWheel } from '../../scripts/setup/wheel.mjs';
import { failureOf, quietContext, temporaryFolder, writeProgram, writeZip } from './helpers.ts';

describe('unpacking', () => {
  let python: Python;
  beforeAll(async () => {
    python = await requirePython();
  });

  const unpack = async (members: Parameters<typeof writeZip>[1]) => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'some.whl');
    writeZip(file, members);
    const { progress } = quietContext();
    const rules = [{ from: 'kept/', to: 'lib/' }];
    await unpackWheel({ file, folder: path.join(folder, 'to'), rules, title: 'it', python, progress });
    return folder;
  };

  it.each(['kept/../../outside', '/kept/absolute', 'kept\\..\\outside'])(
    'refuses the member %s, and writes nothing at all',
    async (name) => {
      const error = await failureOf(() =>
        unpack([
          { name: 'kept/good', text: 'good' },
          { name, text: 'bad' },
        ]),
      );
      expect(error.code).toBe('unpack-failed');
      expect(error.detail).toContain('outside of the folder');
    },
  );

  it('refuses a wheel that lacks what is wanted', async () => {
    const error = await failureOf(() => unpack([{ name: 'other/file', text: '' }]));
    expect(error.detail).toContain('Expected "kept/" in the wheel');
  });

  it('keeps the tree below a folder', async () => {
    const folder = await unpack([{ name: 'kept/a/b.h', text: 'b' }]);
    expect(fs.readFileSync(path.join(folder, 'to', 'lib', 'a', 'b.h'), 'utf8')).toBe('b');
  });
});

describe('Python and pip', () => {
  it('are asked for when the search path has neither', async () => {
    const error = await failureOf(() => requirePython({ PATH: temporaryFolder() }));
    expect(error.code).toBe('no-python');
    expect(error.sentence).toMatch(/^Python 3 is missing: install Python 3\.8 or newer with pip \(Debian/);
  });

  it('are named with their version when they are too old', async () => {
    const folder = temporaryFolder();
    writeProgram(folder, 'python', 'echo 2.7');
    expect((await failureOf(() => requirePython({ PATH: folder }))).sentence).toMatch(
      /^Python 2\.7 is too old/,
    );
    const python = { command: path.join(folder, 'python3'), version: '3.8' };
    writeProgram(folder, 'python3', 'echo "pip 19.1 from somewhere"');
    const error = await failureOf(() => requirePip(python, { PATH: folder }));
    expect(error.code).toBe('pip-too-old');
  });

  it('are told apart: a Python without pip asks for pip', async () => {
    const folder = temporaryFolder();
    writeProgram(
      folder,
      'python3',
      'if [ "$1" = -c ]; then echo 3.11; else echo "No module named pip" >&2; exit 1; fi',
    );
    const error = await failureOf(() => setupTensorflow(quietContext({ PATH: folder })));
    expect(error.code).toBe('no-pip');
    expect(error.sentence).toMatch(
      /^pip is missing from .*python3: install it with `apt-get install python3-pip`/,
    );
  });
});
