import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Home, signalOnce } from './helpers.ts';

let home: Home;
beforeAll(() => (home = new Home()));
afterAll(() => home.remove());

it.each(['SIGINT', 'SIGTERM'] as const)(
  'serve prints its address, answers there, and ends cleanly at %s',
  async (signal) => {
    let status: Promise<number> | undefined;
    const { finished, child } = home.start(['serve', '--port', '0', '--no-open', '--json'], {
      onLine: (line) => {
        status ??= fetch(String(line['url']), { redirect: 'manual' }).then((answer) => answer.status);
        void status.then(() => child.kill(signal));
      },
    });
    const { code, lines } = await finished;
    expect(code).toBe(0);
    expect(lines).toEqual([
      {
        kind: 'listening',
        url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{20,}$/) as string,
      },
    ]);
    expect(await status).toBeLessThan(400);
  },
);

it('serve says that its port is taken, and how to choose another', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { code, lines } = await home.run('serve', '--port', String(port), '--no-open', '--json');
  other.close();
  expect(code).toBe(1);
  expect(lines).toMatchObject([
    { kind: 'error', code: 'web/port-in-use', hint: expect.stringMatching(/--port/) as string },
  ]);
});

it('a run from the command line is shown by a lab that is open, and is interrupted there when it is killed', async () => {
  const { openLab } = await import('../main/service/lab.ts');
  const lab = await openLab({}, home.path);
  const { finished } = home.start(
    [
      'train',
      'mnist-mlp',
      '--data',
      'drawn-digits',
      '--hidden-units',
      '16',
      '--plan',
      'graph',
      '--epochs',
      '1000',
      '--json',
    ],
    {
      onLine: signalOnce('SIGKILL', () =>
        lab.events.some((event) => event.kind === 'run' && event.run.step > 0),
      ),
    },
  );
  const run = await lab.when(() => {
    const told = lab.events.findLast((event) => event.kind === 'run');
    return told?.kind === 'run' && told.run.state === 'running' && told.run;
  });
  await expect(lab.client.runs.stop({ run: run.number })).rejects.toMatchObject({
    data: { code: 'run/elsewhere' },
  });
  await finished;
  expect((await lab.until(run.number, 'interrupted')).pid).toBeNull();
  expect((await lab.client.runs.resume({ run: run.number })).state).toBe('queued');
  await lab.until(run.number, 'running');
  await lab.client.runs.stop({ run: run.number });
  await lab.close();
});
