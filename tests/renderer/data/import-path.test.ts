import { describe, expect, it } from 'vitest';
import { looksLikeTexts, nameFrom, nameProblem, pathFrom } from '../../../src/renderer/data/import-path.ts';

describe('the name of an import', () => {
  it('is what the data folder allows, and not taken', () => {
    expect(nameProblem('my-digits', [])).toBeNull();
    expect(nameProblem('', [])).toBe('Write a name.');
    for (const name of ['My-Digits', 'a--b', '-a', 'a-', 'a b', '../a', 'ä']) {
      expect(nameProblem(name, [])).toMatch(/^Use lower-case letters/);
    }
    expect(nameProblem('a'.repeat(41), [])).toMatch(/at most 40 characters; this one has 41/);
    expect(nameProblem('mine', ['mine'])).toMatch(/is taken/);
  });

  it('is guessed from the path, and then always allowed', () => {
    expect(nameFrom('/home/me/My Digits.tar.gz')).toBe('my-digits');
    expect(nameFrom('C:\\data\\letters\\')).toBe('letters');
    expect(nameFrom('/')).toBe('');
    const long = nameFrom(`/x/${'ab '.repeat(30)}`);
    expect(nameProblem(long, [])).toBeNull();
  });
});

describe('the path of an import', () => {
  it('is read from what file managers and terminals give', () => {
    expect(pathFrom('file:///home/me/my%20digits\r\n')).toBe('/home/me/my digits');
    expect(pathFrom('# comment\nfile:///C:/data')).toBe('C:/data');
    expect(pathFrom(' "/home/me/a b" ')).toBe('/home/me/a b');
    expect(pathFrom("'/x'")).toBe('/x');
    expect(pathFrom('~/digits')).toBe('~/digits');
    expect(pathFrom('\\\\server\\share')).toBe('\\\\server\\share');
  });

  it('is nothing else', () => {
    for (const text of ['', '\n', 'https://example.org/a', 'digits', 'file://%zz/%zz']) {
      expect(pathFrom(text)).toBeNull();
    }
  });
});

describe('a table of texts', () => {
  it('is known by its name, as it is pasted', () => {
    for (const path of [
      '/home/me/reviews.csv',
      "'/home/me/a b.TSV'",
      'file:///x/y.jsonl ',
      'C:\\x\\y.ndjson',
    ]) {
      expect(looksLikeTexts(path), path).toBe(true);
    }
    for (const path of ['', '/home/me/csv', '/home/me/digits.tar.gz', '/home/me/x.csv/pictures']) {
      expect(looksLikeTexts(path), path).toBe(false);
    }
    expect(nameFrom('/home/me/My Reviews.csv')).toBe('my-reviews');
  });
});
