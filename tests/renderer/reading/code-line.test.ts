import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { codeLines } from '../../../src/renderer/reading/code-line.ts';

it('tells code from what is said about it', () => {
  const lines = codeLines([
    '/** What',
    ' * it is. */ const a = 1; // why',
    "const url = 'https://x'; /* b */ c",
    '',
  ]);
  expect(lines).toEqual([
    [{ kind: 'comment', text: '/** What' }],
    [
      { kind: 'comment', text: ' * it is. */' },
      { kind: 'code', text: ' const a = 1; ' },
      { kind: 'comment', text: '// why' },
    ],
    [
      { kind: 'code', text: "const url = 'https://x'; " },
      { kind: 'comment', text: '/* b */' },
      { kind: 'code', text: ' c' },
    ],
    [],
  ]);
});

it('loses nothing of a lab', () => {
  const text = readFileSync(new URL('../../../src/engine/labs/01-mlp.ts', import.meta.url), 'utf8');
  const lines = text.split('\n');
  const joined = codeLines(lines).map((parts) => parts.map((part) => part.text).join(''));
  expect(joined).toEqual(lines);
});
