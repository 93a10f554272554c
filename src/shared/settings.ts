/** What each of a person's settings may be: checked where windows send them, and again where they are stored. */
import * as v from 'valibot';
import type { Settings } from './app.ts';

export const SETTING_SCHEMAS = {
  theme: v.picklist(['system', 'light', 'dark']),
  density: v.picklist(['compact', 'comfortable']),
  singleKeys: v.boolean(),
  runsAtOnce: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4)),
  threads: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1024)),
  device: v.picklist(['auto', 'cpu', 'gpu']),
} satisfies { readonly [Name in keyof Settings]: v.GenericSchema<unknown, Settings[Name]> };
