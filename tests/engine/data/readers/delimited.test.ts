import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDelimited, type CellRow } from '../../../../src/engine/data/readers/delimited.ts';
import { readJsonLines } from '../../../../src/engine/data/readers/json-lines.ts';
import { isBad, type BadRow } from '../../../../src/engine/data/readers/rows.ts';

/** A text in pieces of so many characters. */
// eslint-disable-next-line @typescript-eslint/require-await
async function* inPieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function rowsOf(
  text: string,
  { delimiter = ',', size = 3, limit = 1000 } = {},
): Promise<(CellRow | BadRow)[]> {
  const rows: (CellRow | BadRow)[] = [];
  for await (const row of readDelimited(inPieces(text, size), delimiter, limit)) rows.push(row);
  return rows;
}

const cellsOf = async (text: string, options = {}): Promise<unknown[]> =>
  (await rowsOf(text, options)).map((row) => (isBad(row) ? row : row.cells));

/** A table as RFC 4180 writes it; every cell that needs quotes has them, and some others. */
function written(rows: readonly (readonly string[])[], lineEnd: string): string {
  const cell = (value: string): string =>
    /[",\r\n]/.test(value) || value.length % 3 === 0 ? `"${value.replaceAll('"', '""')}"` : value;
  return rows.map((cells) => cells.map(cell).join(',') + lineEnd).join('');
}

describe('a table with a delimiter', () => {
  it('gives back what was written, whatever the cells, the line ends, and the pieces in which it comes', async () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', '😀'),
      maxLength: 6,
    });
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 3 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.integer({ min: 1, max: 7 }),
        async (table, lineEnd, size) => {
          expect(await cellsOf(written(table, lineEnd), { size })).toEqual(table);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('knows the line on which each row begins', async () => {
    const rows = await rowsOf('a,"1\n2"\n\nb,"3\r\n4"\r\nc,5');
    expect(rows.map(({ line }) => line)).toEqual([1, 4, 6]);
  });

  it('has an end that needs no line end, and passes over lines with nothing on them', async () => {
    expect(await cellsOf('a,b\n\n\r\nc,d')).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(await cellsOf('')).toEqual([]);
    expect(await cellsOf('a;b', { delimiter: ';' })).toEqual([['a', 'b']]);
  });

  it('keeps a quote inside of a cell that has none around it', async () => {
    expect(await cellsOf('5" disc,x\n')).toEqual([['5" disc', 'x']]);
  });

  it('tells of a row with something behind a closing quote, and goes on', async () => {
    const [bad, ...rest] = await rowsOf('"a"b,c\nd,e\n');
    expect(bad).toEqual({
      line: 1,
      problem: 'Expected a delimiter or the end of the line after a closing quote, got "b,c".',
    });
    expect(rest).toEqual([{ line: 2, cells: ['d', 'e'] }]);
  });

  it('tells of a quote that is never closed', async () => {
    expect(await cellsOf('a,b\n"c,d\ne,f')).toEqual([
      ['a', 'b'],
      { line: 2, problem: 'Expected a closing quote, got the end of the file.' },
    ]);
  });

  it('passes over a row that is too long, with and without quotes, and goes on', async () => {
    const long = 'x'.repeat(50);
    for (const size of [1, 7, 1000]) {
      expect(await cellsOf(`a,b\n${long},c\r\nd,e\n`, { size, limit: 20 })).toEqual([
        ['a', 'b'],
        { line: 2, problem: 'Expected a row of at most 20 characters, got a longer one.' },
        ['d', 'e'],
      ]);
    }
    const rows = await cellsOf(`"${long}\nd,e\nf,g\n`, { size: 5, limit: 20 });
    expect(rows[0]).toEqual({
      line: 1,
      problem:
        'Expected a row of at most 20 characters, got a quote that is not closed within them: the row is passed over to the end of its line.',
    });
    expect(rows.slice(1)).toEqual([
      ['d', 'e'],
      ['f', 'g'],
    ]);
  });

  it('needs no more memory for a line without an end', async () => {
    let most = 0;
    let pieces = 0;
    // eslint-disable-next-line @typescript-eslint/require-await
    async function* endless(): AsyncGenerator<string> {
      const piece = 'x'.repeat(1 << 18);
      for (; pieces < 1000; pieces++) {
        if (pieces % 100 === 0) most = Math.max(most, process.memoryUsage().heapUsed);
        yield piece;
      }
    }
    const before = process.memoryUsage().heapUsed;
    const rows: unknown[] = [];
    for await (const row of readDelimited(endless(), ',')) rows.push(row);
    expect(rows).toHaveLength(1);
    expect(pieces).toBe(1000);
    expect(most - before).toBeLessThan(100e6);
  });
});

describe('JSON lines', () => {
  const read = async (text: string, size = 5, limit = 100): Promise<unknown[]> => {
    const rows: unknown[] = [];
    for await (const row of readJsonLines(inPieces(text, size), limit)) {
      rows.push(isBad(row) ? row : [row.line, Object.fromEntries(row.values)]);
    }
    return rows;
  };

  it('are records of texts, with numbers and truth values as text and the rest as nothing', async () => {
    const text = '{"t":"a\\n😀","n":5,"b":true}\r\n\n{"t":null,"x":[1],"__proto__":"p"}\n{"t":"the end"}';
    expect(await read(text)).toEqual([
      [1, { t: 'a\n😀', n: '5', b: 'true' }],
      [
        3,
        Object.fromEntries([
          ['t', null],
          ['x', null],
          ['__proto__', 'p'],
        ]),
      ],
      [4, { t: 'the end' }],
    ]);
  });

  it('tell of lines that are no records, and go on', async () => {
    const rows = (await read(`{"t":\n[1]\nnull\n"${'x'.repeat(300)}"\n{"t":"a"}`)) as BadRow[];
    expect(rows.slice(0, 4).map(({ line }) => line)).toEqual([1, 2, 3, 4]);
    expect(rows.slice(0, 4).map(({ problem }) => problem)).toEqual([
      expect.stringMatching(/^Expected a JSON record, got an error/),
      'Expected a JSON record, got [1].',
      'Expected a JSON record, got null.',
      'Expected a line of at most 100 characters, got a longer one.',
    ]);
    expect(rows[4]).toEqual([5, { t: 'a' }]);
  });
});
