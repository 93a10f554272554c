import { runInNewContext } from 'node:vm';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { resolveTheme } from '../../../src/renderer/theme/resolve.ts';

/** What the page's first script makes of a kept choice. */
function firstPaint(kept: string | null | Error, systemDark: boolean): Record<string, string> {
  const dataset: Record<string, string> = {};
  runInNewContext(readFileSync(new URL('../../../src/renderer/public/theme.js', import.meta.url), 'utf8'), {
    localStorage: {
      getItem: () => {
        if (kept instanceof Error) throw kept;
        return kept;
      },
    },
    matchMedia: () => ({ matches: systemDark }),
    document: { documentElement: { dataset } },
  });
  return dataset;
}

it('the first paint has the same theme as the app will have', () => {
  for (const theme of ['system', 'light', 'dark'] as const) {
    for (const systemDark of [false, true]) {
      const kept = JSON.stringify({ theme, density: 'comfortable' });
      expect(firstPaint(kept, systemDark)).toEqual({
        theme: resolveTheme(theme, systemDark),
        density: 'comfortable',
      });
    }
  }
});

it('without a kept choice, or with a broken one, the system decides', () => {
  for (const kept of [null, '{', new Error('blocked')]) {
    expect(firstPaint(kept, true)).toEqual({ theme: 'dark', density: 'compact' });
    expect(firstPaint(kept, false)).toEqual({ theme: 'light', density: 'compact' });
  }
});
