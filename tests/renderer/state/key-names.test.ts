import { describe, expect, it } from 'vitest';
import { fits, isSingleKey, parseKeys, pressOf } from '../../../src/renderer/state/key-names.ts';

const event = (key: string, changes: Partial<Parameters<typeof pressOf>[0]> = {}) =>
  pressOf({ key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...changes });

describe('keys', () => {
  it('"G R" is two presses, "Ctrl K" one', () => {
    expect(parseKeys('G R').map((press) => press.key)).toEqual(['g', 'r']);
    expect(parseKeys('Ctrl K')).toEqual([{ key: 'k', ctrl: true, alt: false, shift: false }]);
  });

  it('take Cmd for Ctrl', () => {
    const [wanted] = parseKeys('Ctrl Enter');
    expect(fits(wanted as never, event('Enter', { metaKey: true }))).toBe(true);
    expect(fits(wanted as never, event('Enter'))).toBe(false);
  });

  it('"?" needs no word about Shift, a letter does', () => {
    expect(fits(parseKeys('?')[0] as never, event('?', { shiftKey: true }))).toBe(true);
    expect(fits(parseKeys('P')[0] as never, event('P', { shiftKey: true }))).toBe(false);
  });

  it('tell a digit with Alt by its place on the keyboard', () => {
    const wanted = parseKeys('Alt 1')[0] as never;
    expect(fits(wanted, event('¡', { code: 'Digit1', altKey: true }))).toBe(true);
  });

  it('of one character can be turned off; those with Ctrl or a name are not of this kind', () => {
    expect(isSingleKey(event('p'))).toBe(true);
    expect(isSingleKey(event('?', { shiftKey: true }))).toBe(true);
    expect(isSingleKey(event('k', { ctrlKey: true }))).toBe(false);
    expect(isSingleKey(event('Escape'))).toBe(false);
  });
});
