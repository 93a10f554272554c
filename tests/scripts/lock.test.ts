import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { takeLock } from '../../scripts/setup/lock.mjs';
import { moduleUrl, runChild, temporaryFolder } from './helpers.ts';

const newLock = () => path.join(temporaryFolder(), 'deep', 'setup.lock');

/** The lock is a link that points to its holder's description, not to a file. */
const isHeld = (file: string) => fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined;

describe('the lock of the set-up', () => {
  it('is there while it is held and gone after', async () => {
    const file = newLock();
    const release = await takeLock(file);
    expect(isHeld(file)).toBe(true);
    release();
    expect(isHeld(file)).toBe(false);
  });

  it('keeps a second one waiting, tells it for whom, and lets it in after', async () => {
    const file = newLock();
    const release = await takeLock(file);
    const events: string[] = [];
    const second = takeLock(file, {
      pollMs: 5,
      onWait: ({ pid }) => {
        events.push(`waits for ${pid}`);
        setTimeout(() => {
          events.push('released');
          release();
        }, 30);
      },
    });
    const releaseSecond = await second;
    events.push('taken');
    releaseSecond();
    expect(events).toEqual([`waits for ${process.pid}`, 'released', 'taken']);
  });

  it('is taken over from a process that was killed while it held it', async () => {
    const file = newLock();
    const { code } = await runChild(`
      import { takeLock } from ${JSON.stringify(moduleUrl('lock'))};
      await takeLock(${JSON.stringify(file)});
      process.kill(process.pid, 'SIGKILL');`);
    expect(code).toBeNull();
    expect(isHeld(file)).toBe(true);
    const release = await takeLock(file);
    release();
    expect(fs.readdirSync(path.dirname(file))).toEqual([]);
  });

  it('is given back by a process that just ends', async () => {
    const file = newLock();
    await runChild(`
      import { takeLock } from ${JSON.stringify(moduleUrl('lock'))};
      await takeLock(${JSON.stringify(file)});
      process.exit(3);`);
    expect(isHeld(file)).toBe(false);
  });

  it.runIf(process.platform === 'linux')(
    'is taken over when the number of its holder belongs to a younger process',
    async () => {
      const file = newLock();
      fs.mkdirSync(path.dirname(file));
      fs.symlinkSync(`${process.pid}|${os.hostname()}|1`, file);
      (await takeLock(file))();
      expect(isHeld(file)).toBe(false);
    },
  );

  it('is respected when another computer holds it, until that one falls silent', async () => {
    const file = newLock();
    fs.mkdirSync(path.dirname(file));
    fs.symlinkSync(`1|not-${os.hostname()}|1`, file);
    let waited = false;
    const taken = takeLock(file, { pollMs: 5, onWait: () => (waited = true) });
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(waited).toBe(true);
    const longAgo = new Date(Date.now() - 10 * 60_000);
    fs.lutimesSync(file, longAgo, longAgo);
    (await taken)();
  });

  it('lets four processes through one at a time, also when a dead one left it behind', async () => {
    const file = newLock();
    const counter = path.join(path.dirname(file), 'counter');
    fs.mkdirSync(path.dirname(file));
    fs.writeFileSync(counter, '0');
    fs.symlinkSync(`999999999|${os.hostname()}|1`, file);
    const program = `
      import fs from 'node:fs';
      import { takeLock } from ${JSON.stringify(moduleUrl('lock'))};
      for (let i = 0; i < 5; i++) {
        const release = await takeLock(${JSON.stringify(file)}, { pollMs: 1 });
        const seen = Number(fs.readFileSync(${JSON.stringify(counter)}, 'utf8'));
        await new Promise((resolve) => setTimeout(resolve, 3));
        fs.writeFileSync(${JSON.stringify(counter)}, String(seen + 1));
        release();
      }`;
    await Promise.all([1, 2, 3, 4].map(() => runChild(program)));
    expect(fs.readFileSync(counter, 'utf8')).toBe('20');
  });
});
