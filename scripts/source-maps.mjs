// @ts-check
import { createRequire } from 'node:module';
import process from 'node:process';

/**
 * Makes stack traces name the TypeScript sources: to Node the bundle is a few files. The maps of packages are left alone: those of
 * TensorFlow.js take 60 MB as soon as one stack trace passes through it. Packages load as CommonJS, the bundle as modules.
 */
const { extensions } = createRequire(import.meta.url);
const load = extensions['.js'];
if (load === undefined) throw new TypeError('Expected Node to load .js files by an extension, got none.');
extensions['.js'] = (module, file) => {
  process.setSourceMapsEnabled(false);
  try {
    load(module, file);
  } finally {
    process.setSourceMapsEnabled(true);
  }
};
process.setSourceMapsEnabled(true);
