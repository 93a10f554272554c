import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { answerFile } from '../../../src/main/desktop/answer-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'gradient-lab-protocol-'));
mkdirSync(join(folder, 'renderer', 'assets'), { recursive: true });
writeFileSync(join(folder, 'secret.txt'), 'secret');
writeFileSync(join(folder, 'renderer', 'index.html'), '<!doctype html>');
writeFileSync(join(folder, 'renderer', 'assets', 'main-1.js'), 'export {};');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ask = (url: string, method = 'GET') => answerFile({ url, method }, join(folder, 'renderer'));

describe('the desktop’s protocol', () => {
  it('serves the page and its parts under the web host’s rules', async () => {
    const page = await ask('app://gradient-lab/');
    expect(await page.text()).toBe('<!doctype html>');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
        "worker-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    const script = await ask('app://gradient-lab/assets/main-1.js?x=1');
    expect([script.status, script.headers.get('content-type')]).toEqual([
      200,
      'text/javascript; charset=utf-8',
    ]);
  });

  it.each([
    ['app://gradient-lab/../secret.txt'],
    ['app://gradient-lab/%2e%2e/secret.txt'],
    ['app://gradient-lab/..%2fsecret.txt'],
    ['app://gradient-lab/assets'],
    ['app://gradient-lab/nothing.js'],
    ['app://other/'],
    ['app://gradient-lab.evil/'],
    ['file:///etc/passwd'],
  ])('has nothing at %s', async (url) => {
    const answer = await ask(url);
    expect([answer.status, await answer.text()]).toEqual([404, 'Not here.']);
  });

  it('is only read', async () => {
    expect((await ask('app://gradient-lab/', 'POST')).status).toBe(405);
  });
});
