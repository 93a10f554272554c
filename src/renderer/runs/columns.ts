/** The columns of the history, and which of them a table has room for. */
import type { RunSort } from '../../shared/runs.ts';

export type ColumnId =
  | 'run'
  | 'lab'
  | 'state'
  | 'changed'
  | 'curve'
  | 'loss'
  | 'best'
  | 'epoch'
  | 'seconds'
  | 'rate'
  | 'plan'
  | 'started';

export interface Column {
  readonly id: ColumnId;
  readonly label: string;
  /** What the list is sorted by at a press on its head; null: it cannot be. */
  readonly sort: RunSort | null;
  readonly numeric: boolean;
  /** Least width in pixels, and share of what is left over. */
  readonly width: number;
  readonly grow: number;
  /** Those with a high number go first when there is no room. */
  readonly rank: number;
}

export const COLUMNS: readonly Column[] = [
  column('run', 'Run', 'number', false, 96, 1, 0),
  column('lab', 'Lab', 'lab', false, 84, 1, 5),
  column('state', 'State', 'state', false, 108, 0, 1),
  column('changed', 'Changed', null, false, 140, 3, 3),
  column('curve', 'Loss', null, false, 92, 0, 6),
  column('loss', 'Last', 'loss', true, 72, 0.5, 4),
  column('best', 'Best', 'best', true, 84, 0.5, 2),
  column('epoch', 'Epoch', null, true, 76, 0.5, 8),
  column('seconds', 'Time', 'seconds', true, 68, 0.5, 9),
  column('rate', 'Rate, /s', 'rate', true, 80, 0.5, 10),
  column('plan', 'Plan', null, false, 84, 0.5, 11),
  column('started', 'Created', 'created', true, 116, 0.5, 7),
];

function column(
  id: ColumnId,
  label: string,
  sort: RunSort | null,
  numeric: boolean,
  width: number,
  grow: number,
  rank: number,
): Column {
  return { id, label, sort, numeric, width, grow, rank };
}

/** Of the wanted columns, those that fit beside each other; a run's name always does. */
export function fittingColumns(hidden: ReadonlySet<ColumnId>, room: number): readonly Column[] {
  const wanted = COLUMNS.filter(({ id, rank }) => rank === 0 || !hidden.has(id));
  const kept = new Set<ColumnId>();
  let used = 0;
  for (const { id, width } of [...wanted].sort((a, b) => a.rank - b.rank)) {
    if (used + width > room && kept.size > 0) break;
    kept.add(id);
    used += width;
  }
  return wanted.filter(({ id }) => kept.has(id));
}

/** As `grid-template-columns`, after a first column for the checkbox. */
export function templateOf(columns: readonly Column[]): string {
  return [
    '32px',
    ...columns.map(({ width, grow }) => (grow > 0 ? `minmax(${width}px, ${grow}fr)` : `${width}px`)),
  ].join(' ');
}
