import { LabError } from '../../../shared/errors.ts';

/** A label is a byte. */
export const MAX_CLASSES = 256;
export const MAX_CLASS_NAME_LENGTH = 100;

/** Throws `data/classes` unless these can stand for labels: one short name each, no two the same. */
export function checkClassNames(names: readonly string[]): void {
  const wrong = (message: string) =>
    new LabError('data/classes', message, { hint: 'Give a name of its own for every label, in order.' });
  if (names.length === 0 || names.length > MAX_CLASSES) {
    throw wrong(`Expected 1 to ${MAX_CLASSES} class names, got ${names.length}.`);
  }
  for (const [i, name] of names.entries()) {
    if (name.trim() === '' || name.length > MAX_CLASS_NAME_LENGTH) {
      throw wrong(
        `Expected class names of 1 to ${MAX_CLASS_NAME_LENGTH} letters, got "${name.slice(0, 60)}" for label ${i}.`,
      );
    }
    if (names.indexOf(name) < i) throw wrong(`Expected class names that differ, got "${name}" twice.`);
  }
}
