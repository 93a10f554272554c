import { describe, expect, it } from 'vitest';
import {
  isAddressOf,
  isAppAddress,
  isWebLink,
  parseLabAddress,
} from '../../../src/main/desktop/addresses.ts';
import { LabError } from '../../../src/shared/errors.ts';

const TOKEN = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO_-';

function failure(text: string): LabError {
  try {
    parseLabAddress(text);
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
  throw new Error(`Expected "${text}" to be refused.`);
}

describe('the app’s own pages', () => {
  it.each([
    ['app://gradient-lab/', true],
    ['app://gradient-lab/#/runs/41', true],
    ['app://gradient-lab/licences.txt', true],
    ['app://gradient-lab.evil/', false],
    ['app://gradient-lab@evil/', false],
    ['app://someone@gradient-lab/', false],
    ['app://evil/?app://gradient-lab/', false],
    ['app:gradient-lab/', false],
    ['file:///etc/passwd', false],
    ['https://gradient-lab/', false],
    ['javascript:alert(1)', false],
    ['data:text/html,x', false],
    ['about:blank', false],
    ['', false],
  ])('%s: %s', (address, own) => {
    expect(isAppAddress(address)).toBe(own);
  });
});

describe('links that the browser opens', () => {
  it.each([
    ['https://arxiv.org/abs/1706.03762', true],
    ['HTTPS://arxiv.org/', true],
    ['http://example.org/', false],
    ['file:///bin/sh', false],
    ['smb://server/share', false],
    ['javascript:alert(1)', false],
    ['ms-msdt:/id', false],
    ['vscode://file/etc/passwd', false],
    ['https:', false],
    ['not an address', false],
  ])('%s: %s', (address, opens) => {
    expect(isWebLink(address)).toBe(opens);
  });
});

describe('the address of a lab elsewhere', () => {
  it('is what the lab has printed, with or without what a terminal adds', () => {
    const expected = {
      origin: 'http://127.0.0.1:8080',
      url: `http://127.0.0.1:8080/?token=${TOKEN}`,
      name: '127.0.0.1:8080',
    };
    expect(parseLabAddress(`http://127.0.0.1:8080/?token=${TOKEN}`)).toEqual(expected);
    expect(parseLabAddress(`  http://127.0.0.1:8080?token=${TOKEN}\n`)).toEqual(expected);
    expect(parseLabAddress(`Gradient Lab is at http://127.0.0.1:8080/?token=${TOKEN}\n`)).toEqual(expected);
    expect(parseLabAddress(`http://127.0.0.1:8080/runs?x=1&token=${TOKEN}#/runs`)).toEqual(expected);
    expect(parseLabAddress(`http://localhost:9000/?token=${TOKEN}`).name).toBe('localhost:9000');
    expect(parseLabAddress(`http://[::1]:9000/?token=${TOKEN}`).origin).toBe('http://[::1]:9000');
  });

  it('leads to this machine alone, and the way to another is told', () => {
    const error = failure(`http://gpu.example.org:8080/?token=${TOKEN}`);
    expect(error.code).toBe('connect/not-loopback');
    expect(error.message).toBe('Expected an address on 127.0.0.1, got one on "gpu.example.org".');
    expect(error.hint).toContain('`ssh -L 8080:127.0.0.1:8080 gpu.example.org`');
    for (const host of ['127.0.0.1.evil.example', '0.0.0.0', '10.0.0.1', 'localhost.evil.example']) {
      expect(failure(`http://${host}:8080/?token=${TOKEN}`).code).toBe('connect/not-loopback');
    }
  });

  it.each([
    ['', 'connect/invalid'],
    ['127.0.0.1:8080', 'connect/invalid'],
    [`https://127.0.0.1:8080/?token=${TOKEN}`, 'connect/invalid'],
    [`https://evil.example/?next=http://127.0.0.1:8080/?token=${TOKEN}`, 'connect/invalid'],
    [`http://user:password@127.0.0.1:8080/?token=${TOKEN}`, 'connect/invalid'],
    [`http://evil.example@127.0.0.1:8080/?token=${TOKEN}`, 'connect/invalid'],
    ['javascript:alert(1)', 'connect/invalid'],
    ['http://127.0.0.1:8080/', 'connect/no-token'],
    [`http://127.0.0.1:8080/?token=${TOKEN.slice(1)}`, 'connect/no-token'],
    [`http://127.0.0.1:8080/?token=${TOKEN}%20`, 'connect/no-token'],
  ])('is refused as %s with %s', (text, code) => {
    expect(failure(text).code).toBe(code);
  });

  it('does not show its token in a message', () => {
    expect(failure(`https://127.0.0.1/?token=${TOKEN}`).message).not.toContain(TOKEN);
    expect(failure(`x token=${TOKEN}`).message).not.toContain(TOKEN);
  });

  it('keeps its window to its own origin', () => {
    const lab = parseLabAddress(`http://127.0.0.1:8080/?token=${TOKEN}`);
    expect(isAddressOf(lab, 'http://127.0.0.1:8080/#/runs')).toBe(true);
    expect(isAddressOf(lab, 'http://127.0.0.1:8081/')).toBe(false);
    expect(isAddressOf(lab, 'http://127.0.0.1:8080@evil.example/')).toBe(false);
    expect(isAddressOf(lab, 'app://gradient-lab/')).toBe(false);
    expect(isAddressOf(lab, '')).toBe(false);
  });
});
