/** What an arrow key makes of a number: one more for counts, doubled for sizes, one in the leading digit for rates and shares. */
import type { NumberField } from '../../shared/fields.ts';

type Bounds = Pick<NumberField, 'kind' | 'min' | 'max' | 'default'>;

/** Whole numbers that reach this far are sizes: units, images of a batch. They step by powers of two. */
const SIZE_MAX = 2048;
/** Where a rate whose default is 0 begins. */
const FIRST_STEP = 0.01;

/** The next value in a direction; `far` goes about ten times as far. Never out of the field's bounds. */
export function stepValue(field: Bounds, value: number, direction: 1 | -1, far = false): number {
  const start = Number.isFinite(value) ? value : field.default;
  const next =
    field.kind === 'number'
      ? stepLeadingDigit(field, start, direction, far)
      : field.max >= SIZE_MAX
        ? stepPower(start, direction, far)
        : Math.round(start) + direction * (far ? 10 : 1);
  return Math.min(Math.max(next, field.min), field.max);
}

function stepPower(value: number, direction: 1 | -1, far: boolean): number {
  if (value < 1) return direction > 0 ? 1 : value;
  const exponent = Math.log2(value);
  const whole = direction > 0 ? Math.floor(exponent) : Math.ceil(exponent);
  return 2 ** (whole + direction * (far ? 3 : 1));
}

function stepLeadingDigit(field: Bounds, value: number, direction: 1 | -1, far: boolean): number {
  const smallest = smallestStep(field);
  if (value <= 0) return direction > 0 ? smallest : value;
  if (far) return direction < 0 && value <= smallest ? 0 : tidy(direction > 0 ? value * 10 : value / 10);
  // Just above a power of ten counts as that power, so that 0.3 - 0.1 does not end beside 0.2.
  const magnitude = Math.floor(Math.log10(value) + 1e-9);
  const unit = 10 ** (direction < 0 && isPowerOfTen(value) ? magnitude - 1 : magnitude);
  const next = tidy(Math.round(value / unit + direction) * unit);
  return next < smallest ? 0 : next;
}

/** Below this the next step down is 0. */
function smallestStep(field: Bounds): number {
  return field.default > 0 ? 10 ** (Math.floor(Math.log10(field.default)) - 3) : FIRST_STEP;
}

function isPowerOfTen(value: number): boolean {
  const exponent = Math.log10(value);
  return Math.abs(exponent - Math.round(exponent)) < 1e-9;
}

/** Without the digits that binary fractions leave behind. */
function tidy(value: number): number {
  return Number(value.toPrecision(6));
}
