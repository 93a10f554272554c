import { describe, expect, it } from 'vitest';
import { commandOf } from '../../../src/renderer/charts/line/chart-keys.ts';

const press = (key: string, more: Partial<Parameters<typeof commandOf>[0]> = {}) => ({
  key,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...more,
});

describe('commandOf', () => {
  it('knows the keys that the chart tells of', () => {
    expect(commandOf(press('ArrowRight'), true)).toEqual({ kind: 'step', by: 1 });
    expect(commandOf(press('ArrowLeft', { shiftKey: true }), true)).toEqual({ kind: 'step', by: -10 });
    expect(commandOf(press('End'), true)).toEqual({ kind: 'end', end: 1 });
    expect(commandOf(press('='), true)).toEqual(commandOf(press('+', { shiftKey: true }), true));
    expect(commandOf(press('Escape'), true)).toEqual({ kind: 'clear' });
  });

  it('leaves letters alone when a person has turned them off', () => {
    expect(commandOf(press('L'), true)).toEqual({ kind: 'log' });
    expect(commandOf(press('l'), false)).toBeNull();
  });

  it('leaves the browser its own, such as Alt with an arrow and Ctrl with plus', () => {
    expect(commandOf(press('ArrowLeft', { altKey: true }), true)).toBeNull();
    expect(commandOf(press('+', { ctrlKey: true }), true)).toBeNull();
    expect(commandOf(press('q'), true)).toBeNull();
  });
});
