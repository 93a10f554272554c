import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import type { EngineSupervisor } from '../../../src/main/engines/index.ts';
import { Status } from '../../../src/main/service/status.ts';
import type { AppEvent } from '../../../src/shared/app.ts';

it('tells by itself what checkpoints take, as soon as they are counted', async () => {
  const home = mkdtempSync(join(tmpdir(), 'gradient-lab-status-'));
  const folder = join(home, 'runs', 'a', 'checkpoints');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'one'), Buffer.alloc(1000));
  const events: AppEvent[] = [];
  const engines = { abilities: undefined, engines: [], problem: null } as unknown as EngineSupervisor;
  const status = new Status({ version: '0', home, engines, publish: (event) => events.push(event) });
  await vi.waitFor(() =>
    expect(events).toMatchObject([{ kind: 'status', status: { checkpointBytes: 1000 } }]),
  );
  expect(await status.current()).toMatchObject({ checkpointBytes: 1000 });
  status.close();
  rmSync(home, { recursive: true });
});
