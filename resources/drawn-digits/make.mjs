// @ts-check
/**
 * Draws the data set of this folder: digits 0 to 9 as pen strokes in several hands, bent, slanted and of varying width, on 28 x 28 pixels.
 *
 *     node resources/drawn-digits/make.mjs            writes the four files beside this one
 *
 * The same seed gives the same pixels everywhere: randomness is integer arithmetic, and of Math only `sqrt`, `sin` and `cos` are
 * used. (The packed files may differ by version of zlib; what is inside does not.)
 */
import { Buffer } from 'node:buffer';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

export const SIZE = 28;
/** As in MNIST, the ink fits a box of 20 pixels, and its centre of mass lies in the middle of the image. */
const BOX = 20;
export const SPLITS = /** @type {const} */ ([
  { name: 'train', prefix: 'train', examples: 4000, seed: 20_240_501 },
  { name: 'test', prefix: 't10k', examples: 1000, seed: 20_240_502 },
]);

/** @typedef {[x: number, y: number, corner?: 'corner']} Point */
/** @typedef {Point[]} Stroke a smooth curve through its points, with a kink at each corner */

/** Marks a corner in the strokes below. */
const C = 'corner';

/**
 * The hands: for each digit its styles, each a list of strokes in a square of 100, y downwards.
 * @type {Stroke[][][]}
 */
// prettier-ignore
const STYLES = [
  // 0: closed; open at the top; overlapping with a small curl
  [
    [[[50, 4], [22, 20], [13, 52], [25, 86], [51, 97], [78, 82], [87, 47], [74, 14], [50, 4]]],
    [[[60, 8], [32, 12], [13, 48], [28, 90], [58, 94], [86, 62], [80, 22], [56, 5]]],
    [[[64, 5], [36, 8], [14, 45], [27, 88], [60, 95], [87, 60], [80, 20], [60, 9], [44, 16]]],
  ],
  // 1: one stroke; slanted; with a flag; with flag and foot
  [
    [[[51, 3], [50, 50], [49, 97]]],
    [[[66, 3], [50, 50], [36, 97]]],
    [[[30, 27], [44, 16], [55, 3, C], [53, 50], [52, 97]]],
    [[[28, 26], [42, 16], [54, 3, C], [53, 50], [52, 96]], [[27, 97], [52, 96], [78, 96]]],
  ],
  // 2: angular; with a loop at the foot; round with a wave
  [
    [[[17, 24], [36, 5], [64, 7], [77, 26], [66, 50], [40, 75], [14, 95, C], [50, 94], [87, 94]]],
    [[[19, 24], [42, 4], [71, 12], [74, 37], [52, 66], [25, 92], [13, 86], [22, 75], [40, 82], [62, 95], [90, 86]]],
    [[[15, 18], [45, 4], [78, 20], [68, 52], [15, 93, C], [40, 88], [62, 95], [86, 92]]],
  ],
  // 3: round; with a flat top; with a small loop in the middle
  [
    [[[17, 15], [45, 3], [74, 16], [69, 38], [41, 47, C], [73, 54], [84, 75], [61, 96], [31, 96], [12, 82]]],
    [[[16, 7], [45, 6], [80, 6, C], [42, 42, C], [70, 48], [85, 70], [64, 95], [32, 96], [11, 83]]],
    [[[20, 14], [50, 3], [77, 19], [63, 42], [41, 48], [36, 43], [47, 43], [76, 56], [82, 80], [52, 97], [15, 85]]],
  ],
  // 4: open; closed; in one stroke; with a round cup
  [
    [[[25, 5], [21, 33], [15, 59, C], [50, 58], [90, 54]], [[70, 9], [68, 52], [65, 97]]],
    [[[67, 4], [40, 34], [10, 63, C], [50, 63], [92, 61]], [[67, 4], [66, 50], [64, 97]]],
    [[[14, 8], [20, 36], [32, 52], [56, 50], [76, 30], [80, 6, C], [77, 50], [72, 97]]],
    [[[30, 4], [22, 30], [14, 55, C], [48, 54], [86, 50]], [[62, 30], [58, 62], [52, 97]]],
  ],
  // 5: with a separate roof; in one stroke; like an S
  [
    [[[27, 6], [24, 24], [21, 43, C], [50, 36], [81, 52], [79, 83], [49, 97], [13, 86]], [[26, 6], [54, 5], [83, 3]]],
    [[[81, 5], [54, 6], [29, 7, C], [25, 25], [22, 45, C], [54, 38], [84, 60], [71, 91], [37, 97], [11, 84]]],
    [[[78, 6], [52, 6], [32, 12], [28, 32], [44, 44], [71, 55], [79, 78], [53, 97], [15, 88]]],
  ],
  // 6: round; slender; with an inner curl
  [
    [[[67, 4], [36, 24], [18, 60], [28, 91], [58, 96], [80, 78], [70, 56], [44, 54], [22, 73]]],
    [[[50, 3], [30, 36], [21, 72], [36, 96], [64, 92], [73, 71], [53, 56], [25, 72]]],
    [[[78, 9], [46, 9], [18, 45], [20, 84], [50, 97], [80, 79], [68, 56], [41, 59], [36, 76]]],
  ],
  // 7: plain; with a bar; with a serif; curved, with and without a bar
  [
    [[[13, 8], [50, 8], [85, 7, C], [60, 50], [41, 97]]],
    [[[13, 8], [50, 8], [84, 7, C], [60, 48], [44, 97]], [[29, 53], [52, 51], [78, 50]]],
    [[[15, 26], [16, 9, C], [50, 9], [83, 9, C], [64, 50], [50, 97]]],
    [[[11, 16], [40, 7], [66, 10], [86, 6, C], [64, 42], [54, 97]]],
    [[[11, 15], [38, 6], [66, 9], [86, 6, C], [62, 46], [50, 97]], [[32, 52], [54, 50], [80, 51]]],
  ],
  // 8: in one stroke from the top right; two rings; from the waist
  [
    [[[74, 17], [47, 3], [24, 19], [40, 42], [69, 59], [78, 81], [50, 97], [22, 82], [32, 58], [62, 39], [77, 20], [70, 9]]],
    [[[50, 4], [28, 13], [27, 36], [50, 46], [73, 36], [74, 13], [50, 4]], [[50, 46], [22, 58], [20, 86], [50, 97], [81, 86], [79, 58], [50, 46]]],
    [[[50, 48], [25, 28], [34, 6], [66, 5], [76, 26], [50, 48], [21, 70], [32, 95], [68, 96], [80, 72], [50, 48]]],
  ],
  // 9: with a straight leg; with a hooked leg; slanted, in one sweep
  [
    [[[75, 24], [52, 4], [25, 17], [24, 42], [48, 51], [71, 37], [77, 14, C], [75, 55], [68, 97]]],
    [[[75, 22], [50, 4], [24, 18], [25, 43], [50, 50], [72, 34], [77, 18, C], [79, 52], [70, 84], [46, 97], [20, 88]]],
    [[[71, 15], [46, 4], [23, 22], [31, 46], [58, 44], [74, 16], [67, 56], [47, 97]]],
  ],
];

/**
 * sfc32 (Chris Doty-Humphrey, public domain), seeded with four words and run in: numbers from 0 up to 1.
 * @param {number} seed
 */
function makeRandom(seed) {
  let [a, b, c, d] = [seed | 0, 0x9e3779b9 | 0, 0x243f6a88 | 0, 1];
  const next = () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 16; i++) next();
  return {
    next,
    /** @param {number} low @param {number} high */
    between: (low, high) => low + (high - low) * next(),
    /** @param {number} n */
    below: (n) => Math.floor(next() * n),
    /** Nearly normal, mean 0, deviation 1: twelve uniform numbers need no logarithm. */
    normal: () => {
      let sum = -6;
      for (let i = 0; i < 12; i++) sum += next();
      return sum;
    },
  };
}

/**
 * A smooth curve through the points (a Catmull-Rom spline in short steps), broken at corners.
 * @param {Stroke} stroke
 * @returns {[number, number][]}
 */
function curve(stroke) {
  const steps = 8;
  /** @type {[number, number][]} */
  const line = [[stroke[0][0], stroke[0][1]]];
  for (let i = 0; i + 1 < stroke.length; i++) {
    const p1 = stroke[i];
    const p2 = stroke[i + 1];
    const p0 = i > 0 && p1[2] !== C ? stroke[i - 1] : p1;
    const p3 = i + 2 < stroke.length && p2[2] !== C ? stroke[i + 2] : p2;
    for (let s = 1; s <= steps; s++) {
      const t = s / steps;
      const at = (/** @type {0 | 1} */ k) =>
        0.5 *
        (2 * p1[k] +
          (p2[k] - p0[k]) * t +
          (2 * p0[k] - 5 * p1[k] + 4 * p2[k] - p3[k]) * t * t +
          (3 * p1[k] - p0[k] - 3 * p2[k] + p3[k]) * t * t * t);
      line.push([at(0), at(1)]);
    }
  }
  return line;
}

/**
 * One image: a style of the digit, its points moved a little, the whole slanted, turned, stretched and bent, then inked.
 * @param {number} digit 0 to 9
 * @param {ReturnType<typeof makeRandom>} random
 * @returns {Uint8Array} SIZE x SIZE, 0 background to 255 ink
 */
function drawDigit(digit, random) {
  const styles = STYLES[digit];
  const style = styles[random.below(styles.length)];
  // How carefully this one is written: most are near the model, some are far from it.
  const mess = 0.4 + 1.9 * random.next();
  const turn = 0.1 * mess * random.normal();
  const slant = 0.1 + 0.24 * random.normal();
  const stretch = random.between(0.68, 1.05);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  // Two slow waves across the paper.
  const waves = [0, 1].map(() => ({
    amplitude: 2.2 * mess * random.normal(),
    fx: random.between(0.01, 0.05),
    fy: random.between(0.01, 0.05),
    phase: random.between(0, 6.283),
  }));

  const lines = style.map((stroke) =>
    curve(
      stroke.map(([x, y, corner]) => {
        const jitter = /** @type {Point} */ ([x + 2.6 * mess * random.normal(), y + 2.6 * mess * random.normal()]);
        if (corner !== undefined) jitter.push(corner);
        return jitter;
      }),
    ).map(([x, y]) => {
      const bentX = x - 50 + waves[0].amplitude * Math.sin(x * waves[0].fx + y * waves[0].fy + waves[0].phase);
      const bentY = y - 50 + waves[1].amplitude * Math.sin(x * waves[1].fx + y * waves[1].fy + waves[1].phase);
      const slantedX = (bentX - slant * bentY) * stretch;
      return /** @type {[number, number]} */ ([cos * slantedX - sin * bentY, sin * slantedX + cos * bentY]);
    }),
  );

  // Scaled so that the ink, pen included, fills the box along its longer side.
  const points = lines.flat();
  const xs = points.map((point) => point[0]);
  const ys = points.map((point) => point[1]);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const pen = 0.75 + 0.95 * random.next() * random.next() + 0.35 * random.next(); // half its width, in pixels
  const scale = (BOX - 2 * pen) / Math.max(right - left, bottom - top, 1);
  const pressure = { amount: random.between(0, 0.28), frequency: random.between(0.05, 0.2), phase: random.between(0, 6.283) };

  /** @type {{ x0: number, y0: number, x1: number, y1: number, w0: number, w1: number }[]} */
  const segments = [];
  let [mass, massX, massY, way] = [0, 0, 0, 0];
  for (const line of lines) {
    for (let i = 0; i + 1 < line.length; i++) {
      const [x0, y0, x1, y1] = [...line[i], ...line[i + 1]].map((value) => value * scale);
      const length = Math.sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0));
      const width = (/** @type {number} */ at) =>
        pen * (1 + pressure.amount * Math.sin(at * pressure.frequency * 3 + pressure.phase));
      const [w0, w1] = [width(way), width(way + length)];
      way += length;
      const ink = length * (w0 + w1);
      mass += ink;
      massX += (ink * (x0 + x1)) / 2;
      massY += (ink * (y0 + y1)) / 2;
      segments.push({ x0, y0, x1, y1, w0, w1 });
    }
  }
  // MNIST was centred by whole pixels: what was off by less than half a pixel stayed so.
  const shiftX = Math.round(SIZE / 2 - massX / mass) + random.between(-0.5, 0.5);
  const shiftY = Math.round(SIZE / 2 - massY / mass) + random.between(-0.5, 0.5);
  return ink(segments, shiftX, shiftY, random.between(225, 255));
}

/**
 * Fills each pixel by how far its centre lies inside the pen's path; the edge is about a pixel wide.
 * @param {{ x0: number, y0: number, x1: number, y1: number, w0: number, w1: number }[]} segments
 * @param {number} shiftX
 * @param {number} shiftY
 * @param {number} darkness
 */
function ink(segments, shiftX, shiftY, darkness) {
  const inside = new Float64Array(SIZE * SIZE).fill(-9);
  for (const { x0, y0, x1, y1, w0, w1 } of segments) {
    const [ax, ay, bx, by] = [x0 + shiftX, y0 + shiftY, x1 + shiftX, y1 + shiftY];
    const reach = Math.max(w0, w1) + 1;
    const [dx, dy] = [bx - ax, by - ay];
    const lengthSquared = dx * dx + dy * dy;
    const firstRow = Math.max(0, Math.floor(Math.min(ay, by) - reach));
    const lastRow = Math.min(SIZE - 1, Math.ceil(Math.max(ay, by) + reach));
    const firstColumn = Math.max(0, Math.floor(Math.min(ax, bx) - reach));
    const lastColumn = Math.min(SIZE - 1, Math.ceil(Math.max(ax, bx) + reach));
    for (let row = firstRow; row <= lastRow; row++) {
      for (let column = firstColumn; column <= lastColumn; column++) {
        const [px, py] = [column + 0.5 - ax, row + 0.5 - ay];
        const t = lengthSquared === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / lengthSquared));
        const [ex, ey] = [px - t * dx, py - t * dy];
        const depth = w0 + (w1 - w0) * t - Math.sqrt(ex * ex + ey * ey);
        const pixel = row * SIZE + column;
        if (depth > inside[pixel]) inside[pixel] = depth;
      }
    }
  }
  return Uint8Array.from(inside, (depth) => Math.round(darkness * Math.min(1, Math.max(0, depth / 1.3 + 0.5))));
}

/**
 * Images and labels of a split: as many of each digit, in random order.
 * @param {number} examples a multiple of 10
 * @param {number} seed
 */
export function drawSplit(examples, seed) {
  const random = makeRandom(seed);
  const labels = Uint8Array.from({ length: examples }, (_, i) => i % 10);
  for (let i = examples - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [labels[i], labels[j]] = [labels[j], labels[i]];
  }
  const images = new Uint8Array(examples * SIZE * SIZE);
  labels.forEach((digit, i) => images.set(drawDigit(digit, random), i * SIZE * SIZE));
  return { images, labels };
}

/**
 * The bytes of an IDX file.
 * @param {number[]} shape
 * @param {Uint8Array} values
 */
export function idxFile(shape, values) {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  shape.forEach((size, i) => header.writeUInt32BE(size, 4 + 4 * i));
  return Buffer.concat([header, values]);
}

/** All files of the data set by name, unpacked. */
export function drawAll() {
  /** @type {Record<string, Buffer>} */
  const files = {};
  for (const { prefix, examples, seed } of SPLITS) {
    const { images, labels } = drawSplit(examples, seed);
    files[`${prefix}-images-idx3-ubyte`] = idxFile([examples, SIZE, SIZE], images);
    files[`${prefix}-labels-idx1-ubyte`] = idxFile([examples], labels);
  }
  return files;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = dirname(fileURLToPath(import.meta.url));
  for (const [name, bytes] of Object.entries(drawAll())) {
    const packed = gzipSync(bytes, { level: 9 });
    writeFileSync(join(folder, `${name}.gz`), packed);
    process.stdout.write(`${name}.gz: ${packed.length} bytes\n`);
  }
}
