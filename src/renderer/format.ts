/** Numbers, sizes and times as the app writes them: thousands with a comma, a space before %, three significant digits. */
import type { Field } from '../shared/fields.ts';
import type { LabInfo, MetricInfo } from '../shared/labs.ts';
import type { Run } from '../shared/runs.ts';
import { startSourceOf } from '../shared/start.ts';

/** What stands where there is no value. */
export const MISSING = '–';

const counts = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** "98.1", "0.0312", "1,234", "1.2e-7", "9.02e7", "NaN", "∞"; three significant digits unless told otherwise. */
export function formatNumber(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined) return MISSING;
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if ((size !== 0 && size < 1e-4) || size >= 1e7) {
    return minus(value.toExponential(digits - 1).replace(/\.?0*e\+?/, 'e'));
  }
  if (size >= 10 ** digits) return minus(counts.format(value));
  return minus(value.toPrecision(digits));
}

/** A setting as a person wrote it: 0.001, 64, 1e-7. */
export function formatSetting(value: number | string): string {
  return typeof value === 'string' ? value : minus(String(value));
}

/** 0.981 is "98.1 %". */
export function formatPercent(share: number | null | undefined, digits = 1): string {
  if (share === null || share === undefined) return MISSING;
  if (!Number.isFinite(share)) return formatNumber(share);
  return `${minus((share * 100).toFixed(digits))} %`;
}

/** Whole numbers: "48,900". */
export function formatCount(value: number | null | undefined): string {
  if (value === null || value === undefined) return MISSING;
  return Number.isFinite(value) ? minus(counts.format(value)) : formatNumber(value);
}

/** "4.8 MB"; powers of 1,000, as disks and downloads are told. */
export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return MISSING;
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit] ?? ''}`;
}

/** "7 s", "0.4 s", "4 min 10 s", "2 h 5 min". */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return MISSING;
  if (seconds < 1) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min${remainder(whole % 60, 's')}`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60 * 48) return `${Math.floor(minutes / 60)} h${remainder(minutes % 60, 'min')}`;
  return `${Math.round(minutes / 60 / 24)} days`;
}

/** "0:03", "12:41", "1:02:05": the time of training in a table. */
export function formatClock(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return MISSING;
  const whole = Math.floor(seconds);
  const two = (part: number): string => String(part).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Local time: "09:31" today, "yesterday 09:31", "12 Mar 09:31", "12 Mar 2025 09:31". */
export function formatTime(time: number | null | undefined, now: number = Date.now()): string {
  if (time === null || time === undefined) return MISSING;
  const at = new Date(time);
  const clock = `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`;
  const days = Math.round((startOfDay(now) - startOfDay(time)) / 86_400_000);
  if (days === 0) return clock;
  if (days === 1) return `yesterday ${clock}`;
  const month = at.toLocaleString('en', { month: 'short' });
  const year = at.getFullYear() === new Date(now).getFullYear() ? '' : ` ${at.getFullYear()}`;
  return `${at.getDate()} ${month}${year} ${clock}`;
}

/** A metric's value as its unit wants it: shares in %, all else with three significant digits. */
export function formatMetric(
  metric: Pick<MetricInfo, 'unit'> | null | undefined,
  value: number | null | undefined,
): string {
  return metric?.unit === 'share' ? formatPercent(value) : formatNumber(value);
}

/** A field's value with its unit: "64 images". */
export function formatField(field: Field, value: number | string): string {
  if (field.kind === 'start') return formatStart(value);
  const unit = (field.kind === 'integer' || field.kind === 'number') && field.unit ? ` ${field.unit}` : '';
  return `${formatSetting(value)}${unit}`;
}

/** Where weights come from: "fresh", or the run or model by its id. */
function formatStart(value: number | string): string {
  const source = startSourceOf(value);
  return source === null || source.kind === 'fresh' ? String(value) : `${source.kind} ${source.id}`;
}

export interface ChangedSetting {
  readonly name: string;
  readonly label: string;
  readonly value: string;
}

/** What of a run differs from the lab's defaults, in the order of the lab's fields. */
export function changedSettings(
  run: Pick<Run, 'config'> & Partial<Pick<Run, 'start'>>,
  lab: Pick<LabInfo, 'fields'> | null | undefined,
): readonly ChangedSetting[] {
  if (!lab) return [];
  return Object.entries(lab.fields).flatMap(([name, field]) => {
    const value = run.config[name];
    if (value === undefined || value === field.default) return [];
    const start = field.kind === 'start' ? (run.start?.origin ?? null) : null;
    if (start?.kind === 'run') return [{ name, label: field.label, value: `run ${start.number}` }];
    const text = field.kind === 'start' ? formatStart(value) : formatSetting(value);
    return [{ name, label: field.label, value: text }];
  });
}

/** The same in one line: "learning rate 0.5, hidden units 128", or "defaults". */
export function changedText(
  run: Pick<Run, 'config'> & Partial<Pick<Run, 'start'>>,
  lab: Pick<LabInfo, 'fields'> | null | undefined,
): string {
  const changed = changedSettings(run, lab);
  if (changed.length === 0) return 'defaults';
  return changed.map(({ label, value }) => `${lowerFirst(label)} ${value}`).join(', ');
}

/** What a run is called: its own name, or "Run 41". */
export function runTitle(run: Pick<Run, 'number' | 'name'>): string {
  return run.name ?? `Run ${run.number}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function remainder(value: number, unit: string): string {
  return value === 0 ? '' : ` ${value} ${unit}`;
}

function startOfDay(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

function minus(text: string): string {
  return text.replace('-', '−').replace('e−', 'e-');
}
