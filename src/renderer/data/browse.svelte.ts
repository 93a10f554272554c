/** What the data browser looks at: a split, a class or all, and an example; with the pages of images that it has loaded. */
import type { Problem } from '../../shared/app.ts';
import type { DataSetInfo, SplitName } from '../../shared/data.ts';
import type { ExamplePage } from '../../shared/inspect.ts';
import { client, problemOf } from '../state/client.svelte.ts';
import { findPosition } from './find-position.ts';
import type { Range } from './grid-layout.ts';
import { pageSizeFor } from './page-size.ts';
import { PageCache } from './page-cache.ts';
import { imageLength, type ImageShape } from './paint.ts';
import type { Ramp } from './ramps.ts';
import { atlasOfImages, type Atlas } from './surface.ts';

/** Images that are loaded ahead of the view at rest, about two screens of the smallest tiles, and at most in a fast scroll. */
const AHEAD = 750;
const MOST_AHEAD = 3000;
/** A fast scroll loads as far ahead as it gets in this time. */
const AHEAD_MS = 500;
/** All 70,000 images of MNIST fit. */
const MAX_BYTES = 64e6;
/** Pages that are kept as pictures, too: four bytes for each of their own. More than can be seen at once. */
const MAX_PAINTED = 48;

/** One example as the grid has it. */
export interface GridExample {
  readonly index: number;
  readonly label: number;
  readonly images: Uint8Array;
  /** Where its image begins in `images`. */
  readonly offset: number;
  readonly shape: ImageShape;
}

interface KeptPage {
  readonly page: ExamplePage;
  atlas: Atlas | null;
  ramp: Ramp | null;
}

export class Browse {
  readonly info: DataSetInfo;
  split: SplitName = $state('train');
  /** Only this class; null: all. */
  label: number | null = $state(null);
  /** Examples that fit; null until that is known. */
  count: number | null = $state(null);
  /** The place of the example that keys act on, among those that fit. */
  cursor = $state(0);
  /** Grows with every page that comes. */
  version = $state(0);
  problem: Problem | null = $state.raw(null);
  #cache: PageCache<KeptPage> | null = null;
  /** Those with a picture, oldest first. */
  #painted: KeptPage[] = [];
  readonly #pageSize: number;
  /** What was in sight last, and when: how fast the view moves. */
  #seen = { first: 0, time: 0 };
  /** Grows when another list is shown: an answer for the one before is dropped. */
  #round = 0;

  constructor(info: DataSetInfo) {
    this.info = info;
    this.#pageSize = pageSizeFor(info);
  }

  /** Shows a split, filtered or not, at the example number `index` of the split. Falls back to what there is. */
  async show(split: SplitName, label: number | null, index: number): Promise<void> {
    if (this.#cache === null || split !== this.split || label !== this.label) this.#open(split, label);
    const known = this.info.splits.find(({ name }) => name === split);
    if (this.label === null) {
      this.cursor = Math.max(0, Math.min((known?.examples ?? 1) - 1, index));
      return;
    }
    const round = this.#round;
    const cache = this.#cache;
    if (cache === null) return;
    try {
      const { page } = await cache.fetch(0);
      const position = await findPosition(index, page.page.total, async (at) => {
        const found = await cache.fetch(at);
        return found.page.page.indices[found.row] as number;
      });
      if (round === this.#round && position !== null) this.cursor = position;
    } catch (error) {
      if (round === this.#round) this.problem = problemOf(error);
    }
  }

  /** The example at a place, or null while its page is not there. */
  at(position: number): GridExample | null {
    const found = this.#cache?.at(position);
    if (!found) return null;
    const { indices, labels, images, shape } = found.page.page;
    const index = indices[found.row];
    if (index === undefined) return null;
    return {
      index,
      label: labels[found.row] as number,
      images,
      offset: found.row * imageLength(shape),
      shape,
    };
  }

  /** The picture of a place, for drawing. */
  picture(position: number, ramp: Ramp): { readonly atlas: Atlas; readonly picture: number } | null {
    const found = this.#cache?.at(position);
    if (!found) return null;
    const { page: kept, row } = found;
    if (row >= kept.page.indices.length) return null;
    if (kept.atlas === null || kept.ramp !== ramp) {
      kept.atlas = atlasOfImages(kept.page.images, kept.page.shape, ramp);
      kept.ramp = ramp;
      this.#painted = [...this.#painted.filter((each) => each !== kept), kept];
      if (this.#painted.length > MAX_PAINTED) {
        const oldest = this.#painted.shift();
        if (oldest) oldest.atlas = null;
      }
    }
    return { atlas: kept.atlas, picture: row };
  }

  want(visible: Range, direction: 1 | -1): void {
    if (this.problem !== null) return;
    const now = performance.now();
    const speed = Math.abs(visible.first - this.#seen.first) / Math.max(1, now - this.#seen.time);
    this.#seen = { first: visible.first, time: now };
    const ahead = Math.min(MOST_AHEAD, AHEAD + speed * AHEAD_MS);
    this.#cache?.want(visible, direction, Math.ceil(ahead / this.#pageSize));
  }

  retry(): void {
    this.problem = null;
    this.version++;
  }

  dispose(): void {
    this.#round++;
    this.#cache?.dispose();
    this.#cache = null;
    this.#painted = [];
  }

  #open(split: SplitName, label: number | null): void {
    this.dispose();
    this.split = split;
    this.label = label;
    this.cursor = 0;
    this.problem = null;
    this.count = label === null ? (this.info.splits.find(({ name }) => name === split)?.examples ?? 0) : null;
    this.#cache = new PageCache<KeptPage>({
      pageSize: this.#pageSize,
      load: async (offset, count, signal) => {
        const query = { dataSet: this.info.id, split, label, offset, count };
        return { page: await client().data.examples(query, { signal }), atlas: null, ramp: null };
      },
      totalOf: ({ page }) => page.total,
      bytesOf: ({ page }) => page.images.length,
      maxBytes: MAX_BYTES,
      onpage: ({ page }) => {
        this.count = page.total;
        this.version++;
      },
      onproblem: (error) => (this.problem = problemOf(error)),
    });
    if (label !== null) this.#cache.want({ first: 0, end: 1 }, 1, 0);
  }
}
