/** What a search looks through, and for. */
import type { Config } from '../../shared/fields.ts';
import { LAB_CARDS } from '../../shared/labs.ts';
import type { Run } from '../../shared/runs.ts';

/** A run's number, name, note, tags, lab and settings as one text. */
export function searchText(run: Pick<Run, 'number' | 'name' | 'note' | 'tags' | 'lab' | 'config'>): string {
  const title = LAB_CARDS.find(({ id }) => id === run.lab)?.title ?? '';
  return fold(
    [`run ${run.number}`, run.name ?? '', run.lab, title, ...run.tags, settings(run.config), run.note].join(
      '\n',
    ),
  );
}

/** The words of a query; a run fits when its text has all of them, wherever. */
export function wordsOf(query: string): string[] {
  return fold(query)
    .split(/\s+/u)
    .filter((word) => word !== '');
}

/** Each setting as `learningRate=0.1` and as `learning rate 0.1`, so that both ways to write it find it. */
function settings(config: Config): string {
  return Object.entries(config)
    .map(([name, value]) => `${name}=${value} ${name.replace(/[A-Z]/g, (letter) => ` ${letter}`)} ${value}`)
    .join('\n');
}

/** Without case, and without a difference between the ways to write an accented letter. */
function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
