/** What the browser of texts looks at: those that fit a filter, loaded in pages as the list is scrolled, and one of them. */
import type { Problem } from '../../../shared/app.ts';
import type { TextPage, TextQuery } from '../../../shared/texts.ts';
import { client, problemOf } from '../../state/client.svelte.ts';
import type { Range } from '../grid-layout.ts';
import { PageCache } from '../page-cache.ts';

const PAGE_SIZE = 100;
const PAGES_AHEAD = 2;
/** Characters of snippets, about: all of 25,000 texts. */
const MOST_CHARACTERS = 8e6;

export type TextFilter = Omit<TextQuery, 'offset' | 'count'>;

export interface TextRow {
  /** Its number in the split. */
  readonly index: number;
  readonly label: number;
  /** In tokens, before anything is cut. */
  readonly length: number;
  readonly snippet: string;
}

export class TextBrowse {
  /** Texts that fit; null until that is known. */
  count: number | null = $state(null);
  /** The place of the text that keys act on, among those that fit. */
  cursor = $state(0);
  /** Grows with every page that comes. */
  version = $state(0);
  problem: Problem | null = $state.raw(null);
  #cache: PageCache<TextPage> | null = null;
  #filter: TextFilter | null = null;
  #seen: Range = { first: 0, end: 1 };

  /** Shows what fits a filter, from its beginning, or the place `cursor`. */
  show(filter: TextFilter, cursor: number): void {
    this.dispose();
    this.#filter = filter;
    this.cursor = cursor;
    this.count = null;
    this.problem = null;
    this.#cache = new PageCache<TextPage>({
      pageSize: PAGE_SIZE,
      load: (offset, count, signal) => client().data.texts({ ...filter, offset, count }, { signal }),
      totalOf: ({ total }) => total,
      bytesOf: ({ snippets }) => snippets.reduce((sum, { length }) => sum + length, 0),
      maxBytes: MOST_CHARACTERS,
      onpage: ({ total }) => {
        this.count = total;
        this.cursor = Math.max(0, Math.min(this.cursor, total - 1));
        this.version++;
      },
      onproblem: (error) => (this.problem = problemOf(error)),
    });
    this.#cache.want({ first: cursor, end: cursor + 1 }, 1, 0);
  }

  at(position: number): TextRow | null {
    const found = this.#cache?.at(position);
    const index = found?.page.indices[found.row];
    if (!found || index === undefined) return null;
    const { labels, lengths, snippets } = found.page;
    return {
      index,
      label: labels[found.row] as number,
      length: lengths[found.row] as number,
      snippet: snippets[found.row] as string,
    };
  }

  want(seen: Range): void {
    const direction = seen.first >= this.#seen.first ? 1 : -1;
    this.#seen = seen;
    if (this.problem === null) this.#cache?.want(seen, direction, PAGES_AHEAD);
  }

  retry(): void {
    if (this.#filter !== null) this.show(this.#filter, this.cursor);
  }

  dispose(): void {
    this.#cache?.dispose();
    this.#cache = null;
  }
}
