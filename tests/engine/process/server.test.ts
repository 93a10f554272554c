import { describe, expect, it } from 'vitest';
import type { Channel } from '../../../src/engine/process/channel.ts';
import type { MethodTable } from '../../../src/engine/process/methods.ts';
import { EngineServer } from '../../../src/engine/process/server.ts';
import { METHODS } from '../../../src/engine/process/table.ts';
import type { FromEngine, ToEngine } from '../../../src/shared/engine-protocol.ts';
import { LabError } from '../../../src/shared/errors.ts';

/** An engine in this process, over a channel that only remembers. */
async function open(methods: Partial<MethodTable> = {}): Promise<{
  sent: FromEngine[];
  exits: number[];
  server: EngineServer;
  say: (message: ToEngine) => void;
  close: () => void;
  until: (fits: (message: FromEngine) => boolean) => Promise<FromEngine>;
}> {
  const sent: FromEngine[] = [];
  const exits: number[] = [];
  let say: (message: ToEngine) => void = () => undefined;
  let close: () => void = () => undefined;
  const channel: Channel = {
    send: (message) => Promise.resolve(void sent.push(structuredClone(message))),
    onMessage: (listener) => (say = listener),
    onClose: (listener) => (close = listener),
  };
  const server = new EngineServer(channel, { ...METHODS, ...methods }, (code) => void exits.push(code));
  await server.start({ device: 'cpu' });
  const until = async (fits: (message: FromEngine) => boolean): Promise<FromEngine> => {
    for (let i = 0; i < 3000; i++) {
      const found = sent.find(fits);
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`Nothing fits among ${JSON.stringify(sent).slice(0, 2000)}`);
  };
  return { sent, exits, server, say: (message) => say(message), close: () => close(), until };
}

const of = (id: number) => (message: FromEngine) =>
  (message.kind === 'result' || message.kind === 'problem') && message.id === id;

describe('an engine', () => {
  it('says what it can do, then that it lives', async () => {
    const { sent, until } = await open();
    expect(sent[0]).toMatchObject({
      kind: 'ready',
      device: { device: 'cpu', why: 'The CPU was asked for.' },
      labs: expect.arrayContaining([
        expect.objectContaining({ id: 'mnist-mlp', presets: expect.any(Array) as unknown[] }),
      ]) as unknown[],
    });
    const heartbeat = await until((message) => message.kind === 'heartbeat');
    expect((heartbeat as { rssBytes: number }).rssBytes).toBeGreaterThan(50e6);
  });

  it('answers each call with one result or problem, and sends updates before it', async () => {
    const { sent, say, until } = await open({
      'data.fetch': ({ id }, { update }) => {
        update('half');
        throw new LabError('data/unknown', `No ${id}.`, { hint: 'Choose another.' });
      },
      'data.remove': () => {
        throw new TypeError('Nobody thought of this.');
      },
    });
    say({ kind: 'call', id: 1, method: 'data.list', params: {} });
    say({ kind: 'call', id: 2, method: 'data.fetch', params: { id: 'x' } });
    say({ kind: 'call', id: 3, method: 'data.remove', params: { id: 'x' } });
    const listed = await until(of(1));
    expect((listed as { value: { info: { id: string } }[] }).value[0]?.info.id).toBe('drawn-digits');
    const problem = { code: 'data/unknown', message: 'No x.', hint: 'Choose another.', details: null };
    expect(await until(of(2))).toEqual({ kind: 'problem', id: 2, problem });
    expect(await until(of(3))).toMatchObject({
      problem: { code: 'internal', message: 'Nobody thought of this.', details: /server\.test\.ts/ },
    } satisfies object as never);
    const update = sent.findIndex((message) => message.kind === 'update');
    expect(sent[update]).toEqual({ kind: 'update', id: 2, value: 'half' });
    expect(update).toBeLessThan(sent.findIndex(of(2)));
    for (const id of [1, 2, 3]) expect(sent.filter(of(id))).toHaveLength(1);
  });

  it('cancels a call', async () => {
    const { say, until } = await open({
      'data.verify': (_, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new LabError('data/aborted', 'Stopped.'))),
        ),
    });
    say({ kind: 'call', id: 1, method: 'data.verify', params: { id: 'x' } });
    say({ kind: 'cancel', id: 2 }); // of nothing
    say({ kind: 'cancel', id: 1 });
    expect(await until(of(1))).toMatchObject({ problem: { code: 'data/aborted' } });
  });

  it('tells whoever waits when something breaks that no one caught, and ends', async () => {
    const { sent, exits, server, say } = await open({ 'data.verify': () => new Promise(() => undefined) });
    say({ kind: 'call', id: 1, method: 'data.verify', params: { id: 'x' } });
    await server.fail(new TypeError('Broken.'));
    expect(sent.at(-1)).toMatchObject({ kind: 'problem', id: 1, problem: { message: 'Broken.' } });
    expect(exits).toEqual([1]);

    const idle = await open();
    await idle.server.fail(new TypeError('Broken.'));
    expect(idle.sent.at(-1)).toMatchObject({ kind: 'unable', problem: { code: 'internal' } });
  });

  it('ends at once when main is gone and it has nothing to do', async () => {
    const { exits, close } = await open();
    close();
    await new Promise((resolve) => setTimeout(resolve));
    expect(exits).toEqual([0]);
  });
});
