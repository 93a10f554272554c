/** What is wrong with what a person wrote into a field, in one sentence; null when nothing is. */
import type { NumberField } from '../../shared/fields.ts';

type Bounds = Pick<NumberField, 'kind' | 'label' | 'min' | 'max'>;

export function numberProblem(field: Bounds, text: string): string | null {
  const written = text.trim();
  const whole = field.kind === 'integer';
  if (written === '') return `${field.label} needs a ${whole ? 'whole number' : 'number'}${range(field)}.`;
  const value = parseNumber(written);
  if (value === null)
    return `${field.label} must be a ${whole ? 'whole number' : 'number'}. You wrote "${written}".`;
  if (value < field.min || value > field.max) {
    return `${field.label} must be between ${plain(field.min)} and ${plain(field.max)}. You wrote ${written}.`;
  }
  if (whole && !Number.isInteger(value))
    return `${field.label} must be a whole number. You wrote ${written}.`;
  return null;
}

/** A number as people write it: "0.001", "1e-4", "60,000", "0,5". Null for anything else. */
export function parseNumber(text: string): number | null {
  const written = text.trim().replace('−', '-');
  if (/^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(written)) return Number(written.replaceAll(',', ''));
  const dotted = /^[+-]?\d*,\d+$/.test(written) ? written.replace(',', '.') : written;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(dotted)) return null;
  const value = Number(dotted);
  return Number.isFinite(value) ? value : null;
}

function range(field: Bounds): string {
  return ` between ${plain(field.min)} and ${plain(field.max)}`;
}

/** Bounds are written out: 0.00001, 1,000,000. */
export function plain(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 10 });
}

/** The same in few letters, for the narrow place behind a value: 1M. */
export function brief(value: number): string {
  if (Math.abs(value) < 1e5) return plain(value);
  return value.toLocaleString('en', { notation: 'compact', maximumFractionDigits: 1 });
}
