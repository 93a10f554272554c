import { describe, expect, it } from 'vitest';
import { changeQuery, formatAddress, parseAddress } from '../../../src/renderer/state/address.ts';

describe('an address', () => {
  it('is a path and a query', () => {
    expect(parseAddress('#/labs/mnist-mlp/train?shown=41,40&x=epoch')).toEqual({
      path: ['labs', 'mnist-mlp', 'train'],
      query: { shown: '41,40', x: 'epoch' },
    });
  });

  it('of nothing is the first page', () => {
    for (const hash of ['', '#', '#/']) expect(parseAddress(hash)).toEqual({ path: [], query: {} });
  });

  it('survives a round trip with odd characters', () => {
    const path = ['data', 'my set/ä'];
    const query = { text: 'a & b = c?#%', shown: '1,2' };
    expect(parseAddress(formatAddress(path, query))).toEqual({ path, query });
  });

  it('takes a broken encoding as it stands', () => {
    expect(parseAddress('#/data/%E0%A4%A').path).toEqual(['data', '%E0%A4%A']);
  });

  it('loses a value that is changed to null', () => {
    expect(changeQuery({ a: '1', b: '2' }, { a: null, c: '3' })).toEqual({ b: '2', c: '3' });
  });
});
