import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { readConnections, rememberConnection } from '../../../src/main/desktop/connections.ts';

const folder = mkdtempSync(join(tmpdir(), 'gradient-lab-connections-'));
const file = join(folder, 'connections.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => rmSync(file, { force: true }));

const address = (port: number, letter = 'a'): string =>
  `http://127.0.0.1:${port}/?token=${letter.repeat(43)}`;

describe('the remembered labs', () => {
  it('are the newest first, each once, with its last token', () => {
    for (const url of [address(8080), address(9000), address(8080, 'b')]) rememberConnection(file, url);
    expect(readConnections(file)).toEqual([address(8080, 'b'), address(9000)]);
  });

  it('are ten at most', () => {
    for (let port = 8001; port <= 8012; port++) rememberConnection(file, address(port));
    expect(readConnections(file)).toHaveLength(10);
    expect(readConnections(file)[0]).toBe(address(8012));
  });

  it.runIf(process.platform !== 'win32')('can be read by this user alone, also in a file from before', () => {
    writeFileSync(file, '[]', { mode: 0o644 });
    rememberConnection(file, address(8080));
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('are none in a file that is absent or holds something else', () => {
    expect(readConnections(file)).toEqual([]);
    for (const text of ['', '{}', 'null', '["https://evil.example/", 5, null, "http://10.0.0.1/"]']) {
      writeFileSync(file, text);
      expect(readConnections(file)).toEqual([]);
    }
  });

  it('do not take what is no lab', () => {
    expect(() => rememberConnection(file, 'https://evil.example/')).toThrow(/Expected an address/);
  });
});
