/** The person's settings, as the table `settings` keeps them. */
import * as v from 'valibot';
import { DEFAULT_SETTINGS, type Settings } from '../../shared/app.ts';
import { LabError } from '../../shared/errors.ts';
import { SETTING_SCHEMAS } from '../../shared/settings.ts';
import type { Connection } from './connection.ts';
import { parseJson } from './json.ts';

export type SettingsChanges = { readonly [Name in keyof Settings]?: Settings[Name] | undefined };

/** A value that is unknown or out of bounds, of another version or another program, gives way to the default. */
export async function readSettings(reader: Connection): Promise<Settings> {
  const rows = await reader.all('SELECT name, value FROM settings');
  const stored = Object.fromEntries(
    rows
      .map((row) => [row['name'] as string, parseJson<unknown>(row['value'], undefined)] as const)
      .filter(([name, value]) => isValid(name, value)),
  );
  return { ...DEFAULT_SETTINGS, ...stored };
}

/** Inside a transaction. Throws `settings/invalid`. */
export async function writeSettings(connection: Connection, changes: SettingsChanges): Promise<void> {
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) continue;
    if (!isValid(name, value)) {
      throw new LabError('settings/invalid', `Invalid setting: ${name} cannot be ${JSON.stringify(value)}.`, {
        hint: 'See the Settings page for what is possible.',
      });
    }
    await connection.run('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)', [
      name,
      JSON.stringify(value),
    ]);
  }
}

function isValid(name: string, value: unknown): boolean {
  return Object.hasOwn(SETTING_SCHEMAS, name) && v.is(SETTING_SCHEMAS[name as keyof Settings], value);
}
