import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findProgram, run } from '../../scripts/setup/run.mjs';
import { moduleUrl, runChild, temporaryFolder, writeProgram } from './helpers.ts';

/** Waits until something is so, for as long as a test may take. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A dead process that nobody waited for still has a number; in containers without an init it keeps it.
    return !/\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('running a tool', () => {
  it('gives its exit code, both streams and each line', async () => {
    const lines: string[] = [];
    const result = await run('sh', ['-c', 'echo one; echo two >&2; exit 3'], {
      onLine: (line) => lines.push(line),
    });
    expect(result.code).toBe(3);
    expect(result.output).toContain('one\n');
    expect(lines.sort()).toEqual(['one', 'two']);
  });

  it('gives 127 for a program that is not there', async () => {
    expect((await run('no-such-program-here', [])).code).toBe(127);
  });

  it('gives the tool no input to wait for', async () => {
    expect(await run('cat', [])).toEqual({ code: 0, output: '' });
  });

  it.runIf(process.platform === 'linux')(
    'ends the tool and its children when the set-up is killed and can do nothing more',
    async () => {
      const folder = temporaryFolder();
      const notes = path.join(folder, 'pids');
      const script = `sleep 600 & echo "$$ $!" > ${notes}.partial; mv ${notes}.partial ${notes}; wait`;
      await runChild(`
        import fs from 'node:fs';
        import { run } from ${JSON.stringify(moduleUrl('run'))};
        run('sh', ['-c', ${JSON.stringify(script)}]);
        setInterval(() => {
          if (fs.existsSync(${JSON.stringify(notes)})) process.kill(process.pid, 'SIGKILL');
        }, 10);`);
      const pids = fs.readFileSync(notes, 'utf8').trim().split(' ').map(Number);
      expect(pids).toHaveLength(2);
      await until(() => !pids.some(isAlive));
    },
  );

  it('finds programs on the search path, and neither folders nor plain files', () => {
    const folder = temporaryFolder();
    fs.mkdirSync(path.join(folder, 'make'));
    fs.writeFileSync(path.join(folder, 'plain'), '');
    writeProgram(folder, 'tool', '');
    const env = { PATH: `/no/such/folder:${folder}` };
    expect(findProgram('tool', env)).toBe(path.join(folder, 'tool'));
    expect(findProgram('make', env)).toBeUndefined();
    expect(findProgram('plain', env)).toBeUndefined();
  });
});
