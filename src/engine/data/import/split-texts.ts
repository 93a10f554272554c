import { LabError } from '../../../shared/errors.ts';
import type { GoodText } from './text-rows.ts';

export interface LabelledSplit {
  readonly texts: readonly string[];
  readonly labels: readonly number[];
}

/**
 * Names of the classes: numbers in their order, anything else by its letters. Throws `data/classes` for less than two.
 */
export function classesOf(texts: readonly Pick<GoodText, 'label'>[], where: string): string[] {
  const names = [...new Set(texts.map(({ label }) => label))];
  if (names.length < 2) {
    throw new LabError(
      'data/classes',
      `Expected at least two classes in ${where}, got ${names.length === 0 ? 'none' : `one, "${names[0] as string}"`}.`,
      { hint: 'Choose the column of the labels.' },
    );
  }
  const areNumbers = names.every((name) => /^-?\d+(\.\d+)?$/.test(name));
  return names.sort((a, b) => (areNumbers ? Number(a) - Number(b) : 0) || (a < b ? -1 : 1));
}

/**
 * Draws a share of each class for testing, and puts both parts in a drawn order. The same text is never in both parts: where the draw
 * would cut between two that are the same, both are for testing.
 */
export function splitTexts(
  texts: readonly GoodText[],
  classes: readonly string[],
  testShare: number,
): { readonly train: LabelledSplit; readonly test: LabelledSplit } {
  const sorted = [...texts].sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0));
  const byClass = new Map<string, GoodText[]>(classes.map((name) => [name, []]));
  for (const text of sorted) byClass.get(text.label)?.push(text);
  const tested = new Set<string>();
  for (const ofClass of byClass.values()) {
    // At least one for each class where there are two, so that no class goes untested.
    const wanted =
      ofClass.length < 2 || testShare === 0 ? 0 : Math.max(1, Math.round(testShare * ofClass.length));
    for (const { order } of ofClass.slice(0, wanted)) tested.add(order);
  }
  const labelOf = new Map(classes.map((name, label) => [name, label]));
  const part = (isTest: boolean): LabelledSplit => {
    const rows = sorted.filter(({ order }) => tested.has(order) === isTest);
    return {
      texts: rows.map(({ text }) => text),
      labels: rows.map(({ label }) => labelOf.get(label) as number),
    };
  };
  return { train: part(false), test: part(true) };
}
