import { describe, expect, it } from 'vitest';
import { previewTexts } from '../../../../src/engine/data/index.ts';
import { charsetOf } from '../../../../src/engine/data/readers/charset.ts';
import { errorOf } from '../helpers.ts';
import { CSV, fileOf, folderOf, ROWS } from './files.ts';

describe('a preview', () => {
  it('says how a table would be read, and shows its first rows', async () => {
    const preview = await previewTexts(fileOf('reviews.csv', CSV));
    expect(preview).toMatchObject({
      format: 'csv',
      charset: 'utf-8',
      delimiter: ',',
      header: true,
      columns: ['id', 'review', 'sentiment'],
      textColumn: 'review',
      labelColumn: 'sentiment',
      idColumn: 'id',
      looked: 10,
      isWhole: true,
      bytes: Buffer.byteLength(CSV),
      problems: [],
    });
    expect(preview.rows[3]).toEqual(Object.values(ROWS[3] as object));
    expect(preview.classes).toEqual([
      { name: 'bad', rows: 5 },
      { name: 'good', rows: 5 },
    ]);
  });

  it('guesses columns without names by what they hold', async () => {
    const rows = Array.from(
      { length: 30 },
      (_, i) => `${i},${['yes', 'no'][i % 2] ?? ''},Some longer words, number ${i}`,
    );
    const preview = await previewTexts(
      fileOf('data.csv', rows.map((row) => row.replace(/,(Some.*)$/, ',"$1"')).join('\n')),
    );
    expect(preview).toMatchObject({
      header: false,
      columns: ['1', '2', '3'],
      textColumn: '3',
      labelColumn: '2',
      idColumn: null,
    });
  });

  it('changes with what is chosen, and shows what could not be used', async () => {
    const path = fileOf('notes.csv', 'title|text|kind\nA|aaa|x\nB||y\nC|ccc\n');
    const preview = await previewTexts(path, { textColumn: 'title' });
    expect(preview).toMatchObject({ delimiter: '|', textColumn: 'title', labelColumn: 'kind', looked: 3 });
    expect(preview.problems).toEqual([{ name: 'line 4', problem: 'Expected 3 cells, got 2.' }]);
    expect((await previewTexts(path)).problems[0]).toEqual({
      name: 'line 3',
      problem: 'Expected a text in "text", got none.',
    });
  });

  it('looks at the beginning of a long file only', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => `text ${i},${i % 2}`);
    const preview = await previewTexts(fileOf('long.csv', ['text,label', ...rows].join('\n')));
    expect([preview.looked, preview.isWhole, preview.rows.length]).toEqual([1000, false, 20]);
  });

  it('shows a folder with its classes', async () => {
    const folder = folderOf({ 'ham/1.txt': 'See you', 'spam/1.txt': 'Win', 'spam/2.txt': '' });
    const preview = await previewTexts(folder);
    expect(preview).toMatchObject({
      format: 'folder',
      columns: ['folder', 'text'],
      looked: 3,
      isWhole: true,
    });
    expect([...preview.rows].sort()).toEqual([
      ['ham', 'See you'],
      ['spam', 'Win'],
    ]);
    expect(preview.problems).toEqual([
      { name: 'spam/2.txt', problem: 'Expected a text, got an empty file.' },
    ]);
  });

  it('says what is not there', async () => {
    expect((await errorOf(() => previewTexts('nowhere.csv'))).code).toBe('data/not-found');
  });
});

describe('the encoding of a file', () => {
  it.each([
    ['ASCII', Buffer.from('plain'), 'utf-8'],
    ['nothing', Buffer.alloc(0), 'utf-8'],
    ['UTF-8 that is cut in a character', Buffer.from('😀😀').subarray(0, 6), 'utf-8'],
    ['UTF-8 that is cut before one', Buffer.from('a😀').subarray(0, 5), 'utf-8'],
    ['Latin-1', Buffer.from('caf\xe9 au lait', 'latin1'), 'windows-1252'],
    ['Latin-1 with a letter at the end', Buffer.from('x caf\xe9', 'latin1'), 'utf-8'],
    ['UTF-16', Buffer.from('plain', 'utf16le'), 'utf-16le'],
    ['UTF-16, big end first', Buffer.from('plain', 'utf16le').swap16(), 'utf-16be'],
  ] as const)('of %s is found out', (_, bytes, charset) => {
    expect(charsetOf(bytes)).toBe(charset);
  });
});
