/**
 * A lab's hyperparameters: one schema from which the form on screen, the command line's flags and the stored configuration come.
 */
import { LabError } from './errors.ts';
import { startSourceOf } from './start.ts';
import { VECTORS_ID } from './vectors.ts';

interface FieldBase {
  readonly label: string;
  /** Heading under which a form shows it. */
  readonly group?: string;
  /** One line: what it does, and a reason for its default. */
  readonly help: string;
  /** Of no use, and not shown in a form, while the field of this name stands at its default. */
  readonly onlyWith?: string;
  /** Of no use, and not shown in a form, unless the field of this name stands at its default. */
  readonly notWith?: string;
}

export interface NumberField extends FieldBase {
  readonly kind: 'integer' | 'number';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly unit?: string;
}

export interface ChoiceField<C extends string = string> extends FieldBase {
  readonly kind: 'choice';
  readonly default: C;
  readonly choices: readonly C[];
}

/** A data set's id: one of `suggested`, or one that the person imported. */
export interface DataSetField extends FieldBase {
  readonly kind: 'data set';
  readonly default: string;
  readonly suggested: readonly string[];
}

/** Where the first weights come from: "fresh", "run:ID" or "model:ID". */
export interface StartField extends FieldBase {
  readonly kind: 'start';
  readonly default: string;
}

/** Where word vectors start: "random", or the name of an imported set. */
export interface VectorsField extends FieldBase {
  readonly kind: 'vectors';
  readonly default: string;
}

export type Field = NumberField | ChoiceField | DataSetField | StartField | VectorsField;
export type Fields = Readonly<Record<string, Field>>;

type ValueOf<F extends Field> = F extends ChoiceField<infer C> ? C : F extends NumberField ? number : string;

/** The configuration that a schema describes: a value for each field. */
export type ConfigOf<F extends Fields> = { readonly [Name in keyof F]: ValueOf<F[Name]> };

export type Config = Readonly<Record<string, number | string>>;

/** The flag of a field on the command line: `hiddenUnits` is `--hidden-units`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * Fills in defaults and checks every value; numbers may come as text, as a command line gives them. A name that the schema does
 * not have, or a value that is out of its bounds, is a LabError that says what is possible.
 */
export function resolveConfig<F extends Fields>(
  fields: F,
  given: Readonly<Record<string, unknown>>,
): ConfigOf<F> {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(fields, name));
  if (unknown !== undefined) {
    throw new LabError('config/unknown', `Unknown setting "${unknown}".`, {
      hint: `There are ${Object.keys(fields).join(', ')}.`,
    });
  }
  const resolved = Object.entries(fields).map(([name, field]) => {
    const value = given[name];
    return [name, value === undefined ? field.default : checkValue(name, field, value)];
  });
  return Object.fromEntries(resolved) as ConfigOf<F>;
}

function checkValue(name: string, field: Field, value: unknown): number | string {
  switch (field.kind) {
    case 'choice':
      if (typeof value === 'string' && field.choices.includes(value)) return value;
      throw invalid(name, `one of ${field.choices.join(', ')}`, value);
    case 'data set':
      if (typeof value === 'string' && /^[a-z0-9][a-z0-9-]*$/.test(value)) return value;
      throw invalid(name, `a data set such as ${field.suggested.join(', ')}`, value);
    case 'start':
      if (typeof value === 'string' && startSourceOf(value) !== null) return value;
      throw invalid(name, '"fresh", a run or an imported model', value);
    case 'vectors':
      if (typeof value === 'string' && VECTORS_ID.test(value)) return value;
      throw invalid(name, '"random" or the name of imported word vectors', value);
    case 'integer':
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      const whole = field.kind === 'integer' ? 'a whole number' : 'a number';
      const wanted = `${whole} from ${field.min} to ${field.max}${field.unit ? ` (${field.unit})` : ''}`;
      const fits =
        typeof number === 'number' &&
        number >= field.min &&
        number <= field.max &&
        (field.kind === 'number' || Number.isInteger(number));
      if (fits) return number;
      throw invalid(name, wanted, value);
    }
  }
}

function invalid(name: string, wanted: string, got: unknown): LabError {
  return new LabError(
    'config/invalid',
    `Expected ${wanted} for ${flagOf(name)}, got ${JSON.stringify(got)}.`,
    {
      hint: 'See `gradient-lab train LAB --help` for what each setting means.',
    },
  );
}
