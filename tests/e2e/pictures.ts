/** Small pictures of a person's own: two classes by their tint, in folders as an import takes them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pngOf } from '../engine/data/readers/png-of.ts';
import { PROGRESSIVE_JPEG } from '../support/progressive-jpeg.ts';

/** Rows and columns. */
export const EDGE = 12;
/** Of each class. */
const PICTURES = 30;

/** Red and blue noise in two folders, and a progressive JPEG with the blue ones. */
export function writePictures(folder: string): void {
  for (const [name, tint] of [
    ['warm', [220, 60, 40]],
    ['cold', [40, 60, 220]],
  ] as const) {
    mkdirSync(join(folder, name), { recursive: true });
    for (let picture = 0; picture < PICTURES; picture++) {
      const samples = Uint8Array.from({ length: 3 * EDGE * EDGE }, (_, i) => {
        const noise = (Math.imul(i + 1, 2654435761) ^ Math.imul(picture + 1, 40503)) >>> 26; // 0 to 63
        return Math.min(255, (tint[i % 3] as number) + noise - 32);
      });
      writeFileSync(join(folder, name, `${picture}.png`), pngOf({ width: EDGE, height: EDGE, samples }));
    }
  }
  writeFileSync(join(folder, 'cold', 'progressive.jpg'), PROGRESSIVE_JPEG);
}
