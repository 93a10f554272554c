import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePng } from '../../../../src/engine/data/readers/png.ts';
import { LabError } from '../../../../src/shared/errors.ts';
import { errorOf, noise } from '../helpers.ts';
import { pngOf } from './png-of.ts';

const RGB = noise(4 * 3 * 3);
const FILE = pngOf({ width: 4, height: 3, samples: RGB });

/** Red, green, blue and opacity of each pixel, from samples of red, green and blue. */
const opaque = (samples: Uint8Array): number[] =>
  Array.from({ length: samples.length / 3 }, (_, i) => [...samples.subarray(3 * i, 3 * i + 3), 255]).flat();

describe('decodePng', () => {
  it('gives the pixels of colour and of grey pictures, with and without opacity', () => {
    const decoded = decodePng(FILE, 'a.png', 12);
    expect([decoded.width, decoded.height]).toEqual([4, 3]);
    expect([...decoded.rgba]).toEqual(opaque(RGB));

    const grey = pngOf({ width: 2, height: 1, colour: 0, samples: Uint8Array.of(7, 200) });
    expect([...decodePng(grey, 'g', 9).rgba]).toEqual([7, 7, 7, 255, 200, 200, 200, 255]);
    const greyOpacity = pngOf({ width: 1, height: 1, colour: 4, samples: Uint8Array.of(9, 100) });
    expect([...decodePng(greyOpacity, 'g', 9).rgba]).toEqual([9, 9, 9, 100]);
    const colourOpacity = pngOf({ width: 1, height: 1, colour: 6, samples: Uint8Array.of(1, 2, 3, 4) });
    expect([...decodePng(colourOpacity, 'g', 9).rgba]).toEqual([1, 2, 3, 4]);
  });

  it('reads an interlaced picture', () => {
    // Of 2 x 2 pixels: pass 1 has the first, pass 6 the one right of it, pass 7 the row below; each row begins with its filter.
    const data = Buffer.of(0, 10, 11, 12, 0, 20, 21, 22, 0, 30, 31, 32, 40, 41, 42);
    const picture = decodePng(pngOf({ width: 2, height: 2, interlace: 1, data }), 'i', 4);
    expect([...picture.rgba]).toEqual(opaque(Uint8Array.of(10, 11, 12, 20, 21, 22, 30, 31, 32, 40, 41, 42)));
  });

  it('refuses what is too large by its header, before it takes memory', async () => {
    const bomb = pngOf({ width: 100_000, height: 100_000, data: new Uint8Array(10) });
    const before = process.memoryUsage().rss;
    const error = await errorOf(() => decodePng(bomb, 'bomb.png', 1e8));
    expect(error.code).toBe('data/too-large');
    expect(error.message).toContain('100000 x 100000');
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6);
  });

  it('unpacks no more of a bomb than the picture has room for', () => {
    const data = new Uint8Array(300e6);
    for (const interlace of [0, 1] as const) {
      const bomb = pngOf({ width: 4, height: 4, interlace, data });
      expect(bomb.length).toBeLessThan(1e6);
      const before = process.memoryUsage().rss;
      try {
        // Plain ones: pngjs reads what the size asks for, and leaves the rest packed.
        expect(decodePng(bomb, 'bomb.png', 16).rgba).toHaveLength(64);
        expect(interlace).toBe(0);
      } catch (error) {
        expect(error).toMatchObject({ code: 'data/png' });
      }
      expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
    }
  });

  it('says what is wrong with empty, short and foreign files', async () => {
    const said = async (bytes: Uint8Array) => (await errorOf(() => decodePng(bytes, 'x.png', 100))).message;
    expect(await said(new Uint8Array(0))).toBe('Expected a sound PNG picture in "x.png", got an empty file.');
    expect(await said(Uint8Array.of(0xff, 0xd8, 0xff))).toContain('got something else');
    expect(await said(FILE.subarray(0, 20))).toContain('its end after 20 bytes');
    expect(await said(pngOf({ width: 0, height: 3 }))).toContain('a header that makes no sense');
  });

  it('throws nothing but LabError for damaged files', () => {
    fc.assert(
      fc.property(
        fc.nat(FILE.length),
        fc.array(fc.tuple(fc.nat(FILE.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.uint8Array({ maxLength: 20 }),
        (end, changes, more) => {
          const bytes = Uint8Array.from([...FILE.subarray(0, end), ...more]);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          try {
            const { width, height, rgba } = decodePng(bytes, 'x.png', 10_000);
            expect(rgba).toHaveLength(4 * width * height);
          } catch (error) {
            expect(error).toBeInstanceOf(LabError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
