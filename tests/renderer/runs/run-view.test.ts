import { describe, expect, it } from 'vitest';
import {
  NEWEST_FIRST,
  queryFromView,
  runQuery,
  sortedBy,
  takeTokens,
  tokenOf,
  tokensOf,
  viewFromQuery,
  withoutToken,
  withToken,
  type RunView,
} from '../../../src/renderer/runs/run-view.ts';

const kept = (query: Record<string, string | null>): Record<string, string> =>
  Object.fromEntries(Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== null));

describe('the view in the address', () => {
  it('is empty for the newest runs first', () => {
    expect(kept(queryFromView(NEWEST_FIRST))).toEqual({});
    expect(viewFromQuery({})).toEqual(NEWEST_FIRST);
  });

  it('comes back as it was', () => {
    const view: RunView = {
      text: 'wide net',
      labs: ['mnist-mlp', 'translation'],
      states: ['running', 'failed'],
      pinned: true,
      sort: 'loss',
      descending: true,
    };
    expect(kept(queryFromView(view))).toEqual({
      q: 'wide net',
      lab: '1,7',
      state: 'running,failed',
      pinned: '1',
      sort: 'loss',
      order: 'down',
    });
    expect(viewFromQuery(kept(queryFromView(view)))).toEqual(view);
  });

  it('takes nothing over that does not exist', () => {
    expect(viewFromQuery({ lab: '0,3,99,x', state: 'asleep,failed', sort: 'colour', order: 'up' })).toEqual({
      ...NEWEST_FIRST,
      labs: ['mnist-cnn'],
      states: ['failed'],
      descending: false,
    });
  });
});

describe('sortedBy', () => {
  it('begins with the end that one looks for, and turns at the second press', () => {
    const byLoss = sortedBy(NEWEST_FIRST, 'loss');
    expect([byLoss.sort, byLoss.descending]).toEqual(['loss', false]);
    expect(sortedBy(byLoss, 'loss').descending).toBe(true);
    expect(sortedBy(byLoss, 'best').descending).toBe(true);
  });
});

describe('runQuery', () => {
  it('asks for no more than there is to ask', () => {
    expect(runQuery(NEWEST_FIRST)).toEqual({ sort: 'number', descending: true });
    expect(runQuery({ ...NEWEST_FIRST, text: '  a ', pinned: true })).toEqual({
      text: 'a',
      pinnedOnly: true,
      sort: 'number',
      descending: true,
    });
  });
});

describe('filters as words', () => {
  it('know labs by number and by id, and states by two words', () => {
    expect(tokenOf('lab:3')).toEqual({ kind: 'lab', lab: 'mnist-cnn', label: 'lab: 3' });
    expect(tokenOf('lab:mnist-cnn')).toEqual(tokenOf('lab:3'));
    expect(tokenOf('is:failed')).toEqual(tokenOf('State:FAILED'));
    expect(['lab:11', 'state:', 'failed', 'pinned:', ''].map(tokenOf)).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  it('are taken out of what is typed once they are finished', () => {
    expect(takeTokens('lab:1', false)).toEqual({ text: 'lab:1', tokens: [] });
    expect(takeTokens('lab:1 ', false)).toEqual({ text: '', tokens: [tokenOf('lab:1')] });
    expect(takeTokens('wide state:failed net', true)).toEqual({
      text: 'wide net',
      tokens: [tokenOf('state:failed')],
    });
    expect(takeTokens('wide  net ', false)).toEqual({ text: 'wide  net ', tokens: [] });
  });

  it('are there once, and can be taken away', () => {
    const words = ['lab:1', 'lab:1', 'pinned', 'state:failed'];
    const view = words.reduce(
      (sum, word) => withToken(sum, tokenOf(word) ?? { kind: 'pinned', label: '' }),
      NEWEST_FIRST,
    );
    expect(tokensOf(view).map(({ label }) => label)).toEqual(['lab: 1', 'state: failed', 'pinned']);
    expect(tokensOf(view).reduce(withoutToken, view)).toEqual(NEWEST_FIRST);
  });
});
