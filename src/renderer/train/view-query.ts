/** What of the training page is in its address: the runs that are shown, the axes, the smoothing. */
import type { LineChartSpec, ScaleKind, XAxis } from '../charts/types.ts';

type Query = Readonly<Record<string, string>>;
type Changes = Record<string, string | null>;

const X_AXES: readonly XAxis[] = ['step', 'epoch', 'time', 'relative'];

/** The loss is logarithmic unless a person wants it otherwise. */
export const LOSS_SPEC: LineChartSpec = { x: 'step', xScale: 'linear', yScale: 'log', smoothing: 0.6 };

export function specFromQuery(query: Query): LineChartSpec {
  const smoothing = Number(query['smooth'] ?? LOSS_SPEC.smoothing);
  return {
    x: X_AXES.find((axis) => axis === query['x']) ?? LOSS_SPEC.x,
    xScale: scale(query['xscale'], LOSS_SPEC.xScale),
    yScale: scale(query['yscale'], LOSS_SPEC.yScale),
    smoothing: smoothing >= 0 && smoothing < 1 ? smoothing : LOSS_SPEC.smoothing,
  };
}

/** Only what differs from the usual view is written. */
export function queryFromSpec(spec: LineChartSpec): Changes {
  const unlessUsual = (value: string, usual: string): string | null => (value === usual ? null : value);
  return {
    x: unlessUsual(spec.x, LOSS_SPEC.x),
    xscale: unlessUsual(spec.xScale, LOSS_SPEC.xScale),
    yscale: unlessUsual(spec.yScale, LOSS_SPEC.yScale),
    smooth: unlessUsual(String(spec.smoothing), String(LOSS_SPEC.smoothing)),
  };
}

/** "41,40" as numbers; what is none is left out. Null where the address says nothing. */
export function runsFromQuery(text: string | undefined): readonly number[] | null {
  if (text === undefined) return null;
  return [...new Set(text.split(',').map(Number))].filter((run) => Number.isSafeInteger(run) && run > 0);
}

function scale(text: string | undefined, usual: ScaleKind): ScaleKind {
  return text === 'linear' || text === 'log' ? text : usual;
}
