/** What one or two runs say of every example of a split, and which part of it the address asks for: behind every view of mistakes. */
import { SPLIT_NAMES, type SplitName } from '../../../shared/data.ts';
import type { SplitPredictions } from '../../../shared/inspect.ts';
import type { Run } from '../../../shared/runs.ts';
import { Answer } from '../../data/answer.svelte.ts';
import { formatCount, runTitle } from '../../format.ts';
import { shortcut } from '../../state/keys.svelte.ts';
import { route, setQuery } from '../../state/route.svelte.ts';
import { isSameData } from './beside.ts';
import { compare, confusionDifference, parseCell, rowsOf, type ConfusionCell } from './mistakes.ts';
import { predictionsOf } from './model-facts.ts';
import { className } from './run-data.ts';

export type MatrixOf = 'first' | 'second' | 'difference';

export class MistakeAnswers {
  /** Whose matrix a person wants. */
  wanted: MatrixOf = $state('first');
  readonly #run: () => Run;
  readonly #other: () => Run | null;
  readonly first: Answer<SplitPredictions>;
  readonly second: Answer<SplitPredictions>;

  /** Make it while a component is made: it asks at once, and adds the keys of a gallery. */
  constructor(runOf: () => Run, otherOf: () => Run | null) {
    this.#run = runOf;
    this.#other = otherOf;
    this.first = new Answer(() => {
      void runOf().checkpointStep;
      return predictionsOf(runOf(), this.split);
    });
    this.second = new Answer(() => {
      const other = otherOf();
      void other?.checkpointStep;
      // Of other data, an example's number means another example.
      return other === null || !isSameData(runOf(), other) ? null : predictionsOf(other, this.split);
    });
    shortcut('Escape', 'Show all mistakes', () => this.chooseCell(null), { when: () => this.cell !== null });
  }

  readonly split = $derived.by(
    (): SplitName => SPLIT_NAMES.find((each) => each === route.query['split']) ?? 'test',
  );
  readonly matrix = $derived.by((): MatrixOf =>
    this.#other() === null || this.second.value === null ? 'first' : this.wanted,
  );
  readonly shown = $derived.by(() => (this.matrix === 'second' ? this.second.value : this.first.value));
  readonly shownRun = $derived.by(() => {
    const other = this.#other();
    return this.matrix === 'second' && other !== null ? other : this.#run();
  });
  readonly classes = $derived.by(() => this.shown?.classes ?? []);
  /** Rows true, columns predicted; of a difference, the second run's minus the first's. */
  readonly counts = $derived.by(() => {
    const [first, second] = [this.first.value, this.second.value];
    if (this.matrix === 'difference' && first !== null && second !== null) {
      return confusionDifference(first, second);
    }
    return this.shown?.confusion ?? null;
  });
  readonly cell = $derived.by(() => parseCell(route.query['cell'], this.classes.length));
  /** The shown rows of that cell, or all mistakes, the highest loss first. */
  readonly rows = $derived.by(() =>
    this.shown === null ? new Int32Array(0) : rowsOf(this.shown, this.cell),
  );
  readonly comparison = $derived.by(() => {
    const [first, second] = [this.first.value, this.second.value];
    return first === null || second === null ? null : compare(first, second);
  });
  /** The run that is not shown, and what it says; null where there is none, or no answer yet. */
  readonly opposite = $derived.by(() => {
    const isSecond = this.matrix === 'second';
    const [run, answers] = isSecond ? [this.#run(), this.first.value] : [this.#other(), this.second.value];
    return run === null || answers === null ? null : { run, answers };
  });
  readonly matrixTitle = $derived.by(() => {
    const other = this.#other();
    return this.matrix === 'difference' && other !== null
      ? `${runTitle(other)} minus ${runTitle(this.#run())}`
      : `Confusion, ${runTitle(this.shownRun)}`;
  });

  /** The heading of so many examples. */
  titleOf(count: number): string {
    if (this.cell === null) {
      const whose = this.#other() === null ? '' : ` of ${runTitle(this.shownRun)}`;
      return `${formatCount(count)} mistake${count === 1 ? '' : 's'}${whose}, the highest loss first`;
    }
    const [truth, guess] = [
      className(this.classes, this.cell.truth),
      className(this.classes, this.cell.predicted),
    ];
    return truth === guess
      ? `${formatCount(count)} of class ${truth} that are right, the highest loss first`
      : `${formatCount(count)} of class ${truth} seen as ${guess}`;
  }

  /** Null: all mistakes. */
  chooseCell(cell: ConfusionCell | null): void {
    setQuery({ cell: cell === null ? null : `${cell.truth},${cell.predicted}`, at: null });
  }
}

/** The place among `count` examples that the address asks for, with keys for the one before and the next. */
export function followPlace(countOf: () => number): {
  readonly at: number;
  readonly choose: (at: number) => void;
} {
  const at = $derived(Math.max(0, Math.min(countOf() - 1, Number(route.query['at'] ?? 0) || 0)));
  const choose = (position: number): void => setQuery({ at: position === 0 ? null : String(position) });
  shortcut('[', 'Mistake before', () => choose(Math.max(0, at - 1)));
  shortcut(']', 'Next mistake', () => choose(Math.min(countOf() - 1, at + 1)));
  return {
    get at() {
      return at;
    },
    choose,
  };
}
