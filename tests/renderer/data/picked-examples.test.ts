import { describe, expect, it } from 'vitest';
import { PickedExamples, type PickedImage } from '../../../src/renderer/data/picked-examples.ts';

function setup() {
  const asked: number[] = [];
  const waiting = new Map<number, { give: () => void; fail: () => void }>();
  const seen = { images: 0, problems: 0 };
  const images = new PickedExamples<PickedImage>(
    (index) =>
      new Promise<PickedImage>((resolve, reject) => {
        asked.push(index);
        waiting.set(index, {
          give: () => resolve({ image: Uint8Array.of(index), shape: [1, 1, 1] }),
          fail: () => reject(new Error('no service')),
        });
      }),
    { example: () => seen.images++, problem: () => seen.problems++ },
  );
  const settle = () => new Promise((done) => setTimeout(done, 0));
  const give = async (...indices: number[]) => {
    for (const index of indices) {
      waiting.get(index)?.give();
      await settle();
    }
  };
  return { images, asked, waiting, seen, give, settle };
}

describe('images by their numbers', () => {
  it('come six at a time, in the order in which they are wanted', async () => {
    const { images, asked, give } = setup();
    images.want([9, 8, 7, 6, 5, 4, 3, 2]);
    expect(asked).toEqual([9, 8, 7, 6, 5, 4]);
    await give(5);
    expect(asked.at(-1)).toBe(3);
    expect(images.get(5)?.image[0]).toBe(5);
    expect(images.get(2)).toBeNull();
  });

  it('are not asked for twice, nor once they are out of sight', async () => {
    const { images, asked, give } = setup();
    images.want([1, 2, 3, 4, 5, 6, 7]);
    images.want([1, 10]);
    await give(1, 2, 3);
    images.want([1, 10]);
    expect(asked).toEqual([1, 2, 3, 4, 5, 6, 10]);
  });

  it('that come after the end are dropped', async () => {
    const { images, seen, give } = setup();
    images.want([1]);
    images.dispose();
    await give(1);
    expect(images.get(1)).toBeNull();
    expect(seen.images).toBe(0);
  });

  it('that cannot be loaded are said once, and asked for again when wanted', async () => {
    const { images, asked, waiting, seen, settle } = setup();
    images.want([1, 2]);
    waiting.get(1)?.fail();
    await settle();
    expect(seen.problems).toBe(1);
    images.want([1]);
    expect(asked).toEqual([1, 2, 1]);
  });
});
