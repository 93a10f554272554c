// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import { buildAddon, requirePackage } from './addon.mjs';
import { findPackage, moveIntoPlace, partialName } from './paths.mjs';
import { readJson } from './stamp.mjs';

const ADDON = 'node_sqlite3.node';

/** Asks a database in memory for its version, through the package's own code; fails the process when anything is wrong. */
const VERIFY = `
  const { Database } = require(process.cwd() + '/lib/sqlite3.js');
  const check = (error) => { if (error) throw error; };
  const database = new Database(':memory:', check);
  database.get('select sqlite_version() as version', (error, row) => {
    check(error);
    if (!row.version) throw new Error('SQLite told no version.');
  });`;

/** Where the package looks for its addon. @param {string} folder */
const placeOf = (folder) => path.join(folder, 'build', 'Release', ADDON);

/**
 * @param {import('./context.mjs').Context} context
 * @param {string} folder
 */
function cachedAddon({ cache, platform, arch }, folder) {
  const version = readJson(path.join(folder, 'package.json'))?.version;
  return path.join(cache, 'sqlite3', `${version}-${platform}-${arch}`, ADDON);
}

/**
 * The addon of the sqlite3 package, when it is where the package looks for it.
 * @param {import('./context.mjs').Context} context
 * @returns {string | undefined}
 */
export function checkSqlite({ root }) {
  const folder = findPackage(root, 'sqlite3');
  return folder && fs.existsSync(placeOf(folder)) ? placeOf(folder) : undefined;
}

/**
 * Builds the addon from the source that the package brings along (once for all checkouts) and puts it into the package.
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<string>}
 */
export async function setupSqlite(context) {
  const folder = requirePackage(context.root, 'sqlite3');
  const cached = cachedAddon(context, folder);
  if (!fs.existsSync(cached)) {
    await buildAddon({
      context,
      title: 'Building sqlite3',
      source: folder,
      product: ADDON,
      target: cached,
      skip: (name) => name === 'build',
      verify: VERIFY,
    });
  }
  const place = placeOf(folder);
  const partial = partialName(place);
  fs.mkdirSync(path.dirname(place), { recursive: true });
  fs.copyFileSync(cached, partial);
  moveIntoPlace(partial, place);
  return place;
}
