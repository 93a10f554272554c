import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  fitToScreens,
  readWindowState,
  writeWindowState,
  type Rectangle,
} from '../../../src/main/desktop/window-state.ts';

const MAIN = { x: 0, y: 25, width: 1920, height: 1055 };
const LEFT = { x: -1280, y: 0, width: 1280, height: 1024 };
const kept = (x: number, y: number, width = 1000, height = 700) => ({
  bounds: { x, y, width, height },
  maximized: false,
});

const folder = mkdtempSync(join(tmpdir(), 'gradient-lab-window-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the place of the window', () => {
  it('is the middle of the main screen at first, and no larger than that', () => {
    expect(fitToScreens(null, [MAIN, LEFT]).bounds).toEqual({ x: 320, y: 153, width: 1280, height: 800 });
    const small = { x: 0, y: 0, width: 1024, height: 600 };
    expect(fitToScreens(null, [small]).bounds).toEqual(small);
  });

  it('is where it was, on whichever screen', () => {
    expect(fitToScreens(kept(100, 100), [MAIN]).bounds).toEqual(kept(100, 100).bounds);
    expect(fitToScreens(kept(-1200, 50), [MAIN, LEFT]).bounds).toEqual(kept(-1200, 50).bounds);
    // Half outside is where some people like it.
    expect(fitToScreens(kept(1500, 100), [MAIN]).bounds).toEqual(kept(1500, 100).bounds);
  });

  it('is the main screen again when its own is gone or it cannot be reached', () => {
    const middle = { x: 460, y: 203, width: 1000, height: 700 };
    expect(fitToScreens(kept(-1200, 50), [MAIN]).bounds).toEqual(middle);
    expect(fitToScreens(kept(1900, 100), [MAIN]).bounds).toEqual(middle);
    expect(fitToScreens(kept(100, 1070), [MAIN]).bounds).toEqual(middle);
    expect(fitToScreens(kept(100, -600), [MAIN]).bounds).toEqual(middle);
  });

  it('has its title bar below the edge, and a size that fits', () => {
    expect(fitToScreens(kept(100, 0), [MAIN]).bounds.y).toBe(25);
    expect(fitToScreens(kept(0, 30, 4000, 3000), [MAIN]).bounds).toMatchObject({ width: 1920, height: 1055 });
    expect(fitToScreens(kept(0, 30, 10, 10), [MAIN]).bounds).toMatchObject({ width: 720, height: 480 });
  });

  it('can always be reached, whatever was kept and whichever screens are there', () => {
    const rectangle = fc.record({
      x: fc.integer({ min: -5000, max: 5000 }),
      y: fc.integer({ min: -5000, max: 5000 }),
      width: fc.integer({ min: 1, max: 6000 }),
      height: fc.integer({ min: 1, max: 6000 }),
    });
    const screen = rectangle.map((each) => ({
      ...each,
      width: 800 + (each.width % 3000),
      height: 600 + (each.height % 2000),
    }));
    fc.assert(
      fc.property(rectangle, fc.array(screen, { minLength: 1, maxLength: 3 }), (bounds, screens) => {
        const { bounds: found } = fitToScreens({ bounds, maximized: true }, screens);
        const overlap = (area: Rectangle): boolean =>
          Math.min(found.x + found.width, area.x + area.width) - Math.max(found.x, area.x) >= 120 &&
          found.y >= area.y &&
          found.y <= area.y + area.height - 40;
        expect(screens.some(overlap)).toBe(true);
        expect(screens.some((area) => found.width <= area.width && found.height <= area.height)).toBe(true);
      }),
    );
  });
});

describe('the kept place', () => {
  it('is read as it was written', () => {
    const file = join(folder, 'window.json');
    writeWindowState(file, { bounds: { x: -5, y: 6, width: 700, height: 500 }, maximized: true });
    expect(readWindowState(file)).toEqual({
      bounds: { x: -5, y: 6, width: 700, height: 500 },
      maximized: true,
    });
  });

  it.each([
    ['', 'cut off'],
    ['null', 'empty'],
    ['[]', 'another shape'],
    ['{"bounds":{"x":1,"y":2,"width":3}}', 'a part'],
    ['{"bounds":{"x":1,"y":2,"width":"3","height":4}}', 'text for a number'],
    ['{"bounds":{"x":1e300,"y":2,"width":3,"height":4}}', 'no place on earth'],
  ])('counts as none when it is %s (%s)', (text) => {
    const file = join(folder, 'damaged.json');
    writeFileSync(file, text);
    expect(readWindowState(file)).toBeNull();
    expect(readWindowState(join(folder, 'absent.json'))).toBeNull();
  });

  it('is not kept on a disk that does not take it, and nothing else happens', () => {
    const file = join(folder, 'no-such-folder', 'window.json');
    writeWindowState(file, { bounds: { x: 0, y: 0, width: 800, height: 600 }, maximized: false });
    expect(readWindowState(file)).toBeNull();
  });
});
