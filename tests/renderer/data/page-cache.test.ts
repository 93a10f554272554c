import { describe, expect, it } from 'vitest';
import { PageCache } from '../../../src/renderer/data/page-cache.ts';

interface Page {
  readonly offset: number;
  readonly items: number;
}

/** A list of `total` items in pages of ten; a page counts one byte an item. */
function setup(total = 100, maxBytes = 1000) {
  const asked: number[] = [];
  const waiting = new Map<number, { give: () => void; fail: () => void }>();
  const pages: number[] = [];
  const problems: unknown[] = [];
  const cache = new PageCache<Page>({
    pageSize: 10,
    load: (offset, count) =>
      new Promise((resolve, reject) => {
        asked.push(offset);
        const page = { offset, items: Math.max(0, Math.min(count, total - offset)) };
        waiting.set(offset, { give: () => resolve(page), fail: () => reject(new Error('no service')) });
      }),
    totalOf: () => total,
    bytesOf: ({ items }) => items,
    maxBytes,
    onpage: ({ offset }) => pages.push(offset),
    onproblem: (error) => problems.push(error),
  });
  const give = async (...offsets: number[]) => {
    for (const offset of offsets) {
      waiting.get(offset)?.give();
      await new Promise((done) => setTimeout(done, 0));
    }
  };
  return { cache, asked, pages, problems, give, waiting };
}

describe('a list in pages', () => {
  it('asks for one page first, and knows nothing before it is there', async () => {
    const { cache, asked, give } = setup();
    cache.want({ first: 0, end: 25 }, 1, 2);
    expect(asked).toEqual([0]);
    expect(cache.total).toBeNull();
    expect(cache.at(3)).toBeNull();
    await give(0);
    expect(cache.total).toBe(100);
    expect(cache.at(3)).toEqual({ page: { offset: 0, items: 10 }, row: 3 });
    // Then the rest of what is in sight, two at a time.
    expect(asked).toEqual([0, 10, 20]);
  });

  it('loads ahead in the direction of travel, then one page behind', async () => {
    const { cache, asked, give } = setup();
    cache.want({ first: 50, end: 60 }, 1, 2);
    await give(50, 60, 70, 40);
    expect(asked).toEqual([50, 60, 70, 40]);
    asked.length = 0;
    cache.want({ first: 20, end: 30 }, -1, 2);
    await give(20, 10, 0, 30);
    expect(asked).toEqual([20, 10, 0, 30]);
  });

  it('after a fast scroll asks for where it ends, not for what it passed', async () => {
    const { cache, asked, give } = setup();
    cache.want({ first: 0, end: 10 }, 1, 0);
    await give(0);
    asked.length = 0;
    for (const first of [20, 30, 40, 50, 90]) cache.want({ first, end: first + 10 }, 1, 0);
    await give(20, 10, 90, 80);
    // Two were under way when the view moved on; 30, 40 and 50 never were.
    expect(asked).toEqual([20, 10, 90, 80]);
  });

  it('asks for nothing beyond the end', async () => {
    const { cache, asked, give } = setup(15);
    cache.want({ first: 0, end: 30 }, 1, 5);
    await give(0, 10, 20);
    expect(asked).toEqual([0, 10]);
  });

  it('lets go of the pages longest out of use, never of those in sight', async () => {
    const { cache, give } = setup(100, 30);
    for (const first of [0, 20, 40, 60]) {
      cache.want({ first, end: first + 10 }, 1, 0);
      await give(first, first - 10);
    }
    expect(cache.at(0)).toBeNull();
    expect(cache.at(60)).not.toBeNull();
  });

  it('drops answers that come after its end', async () => {
    const { cache, pages, give } = setup();
    cache.want({ first: 0, end: 10 }, 1, 0);
    cache.dispose();
    await give(0);
    expect(pages).toEqual([]);
    expect(cache.at(0)).toBeNull();
  });

  it('says that a page could not be loaded, and tries again when asked', async () => {
    const { cache, asked, problems, waiting, give } = setup();
    cache.want({ first: 0, end: 10 }, 1, 0);
    waiting.get(0)?.fail();
    await give();
    await new Promise((done) => setTimeout(done, 0));
    expect(problems).toHaveLength(1);
    expect(asked).toEqual([0]);
    cache.want({ first: 0, end: 10 }, 1, 0);
    expect(asked).toEqual([0, 0]);
  });

  it('gives the page of any item on request, from memory where it is there', async () => {
    const { cache, asked, give } = setup();
    const answer = cache.fetch(57);
    await give(50);
    expect((await answer).row).toBe(7);
    expect((await cache.fetch(51)).row).toBe(1);
    expect(asked).toEqual([50]);
  });
});
