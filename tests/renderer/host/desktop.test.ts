import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RPCHandler } from '@orpc/server/message-port';
import { connectDesktop } from '../../../src/renderer/host/desktop.ts';
import { ARRAY_SERIALIZERS } from '../../../src/shared/arrays.ts';
import { PORT_MESSAGE, type DesktopBridge } from '../../../src/shared/bridge.ts';
import { router, type Client } from '../../main/web/helpers.ts';

/** A window that is just an event target, and a message event as the browser would make it. */
const windowTarget = new EventTarget();
function post(data: unknown, source: unknown, ports: readonly MessagePort[]): void {
  const event = Object.assign(new Event('message'), { data, source, ports });
  windowTarget.dispatchEvent(event);
}

beforeEach(() => {
  vi.stubGlobal('window', windowTarget);
  vi.stubGlobal('addEventListener', windowTarget.addEventListener.bind(windowTarget));
  vi.stubGlobal('removeEventListener', windowTarget.removeEventListener.bind(windowTarget));
});
afterEach(() => vi.unstubAllGlobals());

function makeBridge(requestPort: () => void): DesktopBridge {
  return {
    platform: 'linux',
    requestPort,
    choosePath: ({ title }) => Promise.resolve({ value: `/chosen/${title}` }),
    showFolder: () => Promise.resolve({ value: undefined }),
    connections: () => Promise.resolve({ value: [] }),
    connectTo: (address) =>
      Promise.resolve({
        problem: { code: 'connect/invalid', message: `Not "${address}".`, hint: 'Copy it.', details: null },
      }),
    pathOf: () => null,
    onCommand: () => () => {},
  };
}

describe('the desktop window', () => {
  it('takes its port from the preload alone, and calls the service through it', async () => {
    const { port1, port2 } = new MessageChannel();
    const foreign = new MessageChannel();
    new RPCHandler(router, { customJsonSerializers: ARRAY_SERIALIZERS }).upgrade(port1);
    port1.start();
    const connection = await connectDesktop(
      makeBridge(() => {
        post(PORT_MESSAGE, {}, [foreign.port1]);
        post('something else', windowTarget, [foreign.port1]);
        post(PORT_MESSAGE, windowTarget, []);
        post(PORT_MESSAGE, windowTarget, [port2]);
        post(PORT_MESSAGE, windowTarget, [foreign.port1]);
      }),
    );
    const client = connection.client as unknown as Client;
    expect(await client.echo({ values: Float32Array.of(1.5, Infinity) })).toEqual({
      values: Float32Array.of(1.5, Infinity),
    });
    const ticks = await client.ticks();
    expect([(await ticks.next()).value, (await ticks.next()).value]).toEqual([0, 1]);
    await ticks.return(undefined);

    const states: string[] = [];
    connection.onConnection((state) => states.push(state));
    port1.close();
    await vi.waitFor(() => expect(states).toEqual(['open', 'lost']));
    foreign.port1.close();
  });

  it('offers the desktop’s powers, and their errors with what to do', async () => {
    const { port1, port2 } = new MessageChannel();
    const { host } = await connectDesktop(makeBridge(() => post(PORT_MESSAGE, windowTarget, [port2])));
    expect(host.kind).toBe('desktop');
    expect(host.capabilities).toEqual(['choose-path', 'show-folder', 'connect', 'native-menu']);
    expect(await host.choosePath?.({ what: 'file', title: 'a' })).toBe('/chosen/a');
    await expect(host.connectTo?.('x')).rejects.toMatchObject({
      code: 'connect/invalid',
      message: 'Not "x".',
      hint: 'Copy it.',
    });
    port1.close();
  });
});
