import { describe, expect, it } from 'vitest';
import { Lru } from '../../../src/engine/inspect/lru.ts';

interface Thing {
  readonly name: string;
  readonly weight: number;
}

function makeCache(limit: number): { cache: Lru<Thing>; left: string[] } {
  const left: string[] = [];
  const cache = new Lru<Thing>({
    limit,
    weigh: ({ weight }) => weight,
    onLeave: ({ name }) => left.push(name),
  });
  return { cache, left };
}

describe('the cache by weight', () => {
  it('lets go of what was used longest ago when all together are too heavy', () => {
    const { cache, left } = makeCache(10);
    for (const name of ['a', 'b', 'c']) cache.set(name, { name, weight: 3 });
    cache.get('a');
    cache.set('d', { name: 'd', weight: 4 });
    expect(left).toEqual(['b']);
    expect([cache.get('a')?.name, cache.get('b'), cache.get('c')?.name]).toEqual(['a', undefined, 'c']);
    cache.set('e', { name: 'e', weight: 7 });
    expect(left).toEqual(['b', 'd', 'a']);
  });

  it('keeps the newest, however heavy it is', () => {
    const { cache, left } = makeCache(10);
    cache.set('small', { name: 'small', weight: 1 });
    cache.set('huge', { name: 'huge', weight: 100 });
    expect(left).toEqual(['small']);
    expect(cache.get('huge')?.name).toBe('huge');
  });

  it('tells of each value that leaves, once', () => {
    const { cache, left } = makeCache(10);
    cache.set('a', { name: 'first', weight: 1 });
    cache.set('a', { name: 'second', weight: 1 });
    cache.set('b', { name: 'b', weight: 1 });
    cache.delete('b');
    cache.delete('b');
    cache.clear();
    expect(left).toEqual(['first', 'b', 'second']);
    expect(cache.get('a')).toBeUndefined();
  });
});
