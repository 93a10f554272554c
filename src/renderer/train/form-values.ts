/** What a form of a lab's settings starts from, holds, and sends. */
import type { Field, Fields } from '../../shared/fields.ts';
import type { LabInfo, Preset } from '../../shared/labs.ts';

export type FormValues = Readonly<Record<string, number | string>>;

export function defaultValues(fields: Fields): FormValues {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.default]));
}

/** The defaults with some values changed; names that the lab does not have are left out. */
export function valuesWith(fields: Fields, changes: FormValues): FormValues {
  const known = Object.entries(changes).filter(([name]) => Object.hasOwn(fields, name));
  return { ...defaultValues(fields), ...Object.fromEntries(known) };
}

/** The preset whose values these are; null for the defaults, undefined for values of the person's own. */
export function matchingPreset(
  lab: Pick<LabInfo, 'fields' | 'presets'>,
  values: FormValues,
): Preset | null | undefined {
  const isSame = (wanted: FormValues): boolean =>
    Object.entries(wanted).every(([name, value]) => values[name] === value);
  if (isSame(defaultValues(lab.fields))) return null;
  return lab.presets.find((preset) => isSame(valuesWith(lab.fields, preset.values)));
}

/** Names of the fields that differ from their defaults. */
export function changedNames(fields: Fields, values: FormValues): readonly string[] {
  return Object.entries(fields).flatMap(([name, field]) => (values[name] === field.default ? [] : [name]));
}

/** Whether a field says anything, as the others stand. */
export function isOfUse(fields: Fields, values: FormValues, { onlyWith, notWith }: Field): boolean {
  if (notWith !== undefined && values[notWith] !== fields[notWith]?.default) return false;
  const other = onlyWith === undefined ? undefined : fields[onlyWith];
  if (onlyWith === undefined || other === undefined) return true;
  return values[onlyWith] !== other.default && isOfUse(fields, values, other);
}

export interface FieldGroup {
  readonly title: string;
  readonly fields: readonly (readonly [name: string, field: Field])[];
}

/** The heading of how long and how a run goes; seed and plan stand there, too. */
export const RUN_GROUP = 'Run';

/** The fields under their headings, each heading where it first occurs; that of the run is the last, and always there. */
export function groupsOf(fields: Fields): readonly FieldGroup[] {
  const titleOf = (field: Field): string => field.group ?? 'Settings';
  const titles = new Set(Object.values(fields).map(titleOf));
  titles.delete(RUN_GROUP);
  return [...titles, RUN_GROUP].map((title) => ({
    title,
    fields: Object.entries(fields).filter(([, field]) => titleOf(field) === title),
  }));
}

/** Choices that fit beside each other in the form's width are segments, others a list. */
export function fitsSegments(choices: readonly string[]): boolean {
  return choices.length <= 3 && choices.join('').length <= 15;
}
