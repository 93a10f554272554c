import { describe, expect, it } from 'vitest';
import { changeQuery } from '../../../src/renderer/state/address.ts';
import {
  LOSS_SPEC,
  queryFromSpec,
  runsFromQuery,
  specFromQuery,
} from '../../../src/renderer/train/view-query.ts';

describe('the view in the address', () => {
  it('is empty for the usual view', () => {
    expect(changeQuery({}, queryFromSpec(LOSS_SPEC))).toEqual({});
    expect(specFromQuery({})).toEqual(LOSS_SPEC);
  });

  it('survives a round trip', () => {
    const spec = { x: 'epoch', xScale: 'log', yScale: 'linear', smoothing: 0 } as const;
    expect(specFromQuery(changeQuery({}, queryFromSpec(spec)))).toEqual(spec);
  });

  it('falls back to the usual where an address makes no sense', () => {
    expect(specFromQuery({ x: 'miles', yscale: 'cubic', smooth: '7' })).toEqual(LOSS_SPEC);
    expect(specFromQuery({ smooth: 'NaN' }).smoothing).toBe(LOSS_SPEC.smoothing);
  });

  it('names the runs that are shown, each once', () => {
    expect(runsFromQuery('41,40,41,x,-3,1.5')).toEqual([41, 40]);
    expect(runsFromQuery('')).toEqual([]);
    expect(runsFromQuery(undefined)).toBeNull();
  });
});
