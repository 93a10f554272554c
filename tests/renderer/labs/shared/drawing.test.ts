import { describe, expect, it } from 'vitest';
import {
  EMPTY_DRAWING,
  beginStroke,
  centreOfMass,
  extendStroke,
  isEmpty,
  placementOf,
  rasterise,
  undo,
  type Drawing,
  fitsShape,
} from '../../../../src/renderer/labs/shared/drawing.ts';
import { formatExample, parseExample } from '../../../../src/renderer/labs/shared/example-name.ts';

const size = { height: 28, width: 28 };
const dab = (x: number, y: number, radius = 1): Drawing => beginStroke(EMPTY_DRAWING, radius, x, y);

describe('a drawing as grey values', () => {
  it('is ink under the brush and soft over one pixel at its edge', () => {
    const image = rasterise(dab(10.5, 5.5, 2), size);
    const at = (column: number, row: number) => image[row * 28 + column];
    expect(at(10, 5)).toBe(255);
    // 1 from the centre: 2.5 - 1 > 1; 2 away: 2.5 - 2 is half; 3 away: nothing.
    expect(at(11, 5)).toBe(255);
    expect(at(12, 5)).toBe(Math.round(255 * 0.5));
    expect(at(13, 5)).toBe(0);
  });

  it('covers the whole way between two points', () => {
    const line = extendStroke(dab(4.5, 14.5), 24.5, 14.5);
    const image = rasterise(line, size);
    for (let column = 4; column <= 24; column++) expect(image[14 * 28 + column]).toBe(255);
    expect(image[14 * 28 + 2]).toBe(0);
  });

  it('does not add up where strokes cross, and stays inside the image', () => {
    const twice = beginStroke(dab(0, 0, 3), 3, 0, 0);
    expect(rasterise(twice, size)).toEqual(rasterise(dab(0, 0, 3), size));
    expect(rasterise(dab(-50, 400), size).every((value) => value === 0)).toBe(true);
  });

  it('lies over the image it began with', () => {
    const base = new Uint8Array(784).fill(7);
    const image = rasterise({ ...dab(10.5, 10.5), base }, size);
    expect(image[0]).toBe(7);
    expect(image[10 * 28 + 10]).toBe(255);
    expect(base[10 * 28 + 10]).toBe(7);
  });

  it('is found in a personal size too', () => {
    const image = rasterise(dab(3.5, 1.5), { height: 4, width: 8 });
    expect(image).toHaveLength(32);
    expect(image[1 * 8 + 3]).toBe(255);
  });
});

describe('the place of a digit', () => {
  it('is 20 of 28 pixels large with its centre of mass where those of MNIST are', () => {
    // A small L in a corner: a long stem and a foot, so that box and mass have different centres.
    let drawing = dab(2, 2, 0.5);
    drawing = extendStroke(drawing, 2, 8);
    drawing = extendStroke(drawing, 5, 8);
    const placement = placementOf(drawing, size);
    // The box is 7 high with its brush: 20 / 7.
    expect(placement.scale).toBeCloseTo(20 / 7, 10);
    const mass = centreOfMass(rasterise(drawing, size, placement), size);
    expect(mass?.x).toBeCloseTo(14.5, 1);
    expect(mass?.y).toBeCloseTo(14.5, 1);
  });

  it('leaves an empty sheet, a point without size and an image as they are', () => {
    const asDrawn = { scale: 1, dx: 0, dy: 0 };
    expect(placementOf(EMPTY_DRAWING, size)).toEqual(asDrawn);
    expect(placementOf(dab(3, 3, 0), size)).toEqual(asDrawn);
    expect(placementOf({ ...dab(3, 3), base: new Uint8Array(784) }, size)).toEqual(asDrawn);
  });

  it('has no centre of mass without ink', () => {
    expect(centreOfMass(new Uint8Array(784), size)).toBeNull();
  });
});

describe('an example in an address', () => {
  it('is read as it was written, and nothing else is', () => {
    const name = { split: 'test', index: 123 } as const;
    expect(parseExample(formatExample(name))).toEqual(name);
    for (const text of ['', 'test', 'test-', 'test--1', 'other-1', 'test-1x', null, undefined]) {
      expect(parseExample(text)).toBeNull();
    }
  });
});

describe('taking back', () => {
  it('removes stroke after stroke, then the image', () => {
    const base = new Uint8Array(784);
    let drawing = beginStroke({ ...dab(1, 1), base }, 1, 5, 5);
    drawing = undo(drawing);
    expect(drawing.strokes).toHaveLength(1);
    drawing = undo(undo(drawing));
    expect(isEmpty(drawing)).toBe(true);
    expect(isEmpty(undo(drawing))).toBe(true);
  });

  it('keeps a stroke free of points that add nothing', () => {
    const drawing = extendStroke(extendStroke(dab(1, 1), 1, 1), 2, 1);
    expect(drawing.strokes[0]?.points).toEqual([1, 1, 2, 1]);
    expect(extendStroke(EMPTY_DRAWING, 1, 1)).toBe(EMPTY_DRAWING);
  });
});

describe('a drawing for a model', () => {
  const stroke = { radius: 1, points: [1, 1] };
  it('has the size of its images; strokes alone suit any grey ones', () => {
    const base = new Uint8Array(2 * 3);
    expect(fitsShape({ base: null, strokes: [stroke] }, [28, 28, 1])).toBe(true);
    expect(fitsShape({ base: null, strokes: [stroke] }, [32, 32, 3])).toBe(false);
    expect(fitsShape({ base, strokes: [] }, [2, 3, 1])).toBe(true);
    expect(fitsShape({ base, strokes: [stroke] }, [1, 2, 3])).toBe(true);
    expect(fitsShape({ base, strokes: [] }, [2, 2, 1])).toBe(false);
  });
});
