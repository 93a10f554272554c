/** End-to-end tests: the real app in Chromium on the web host, and in Electron where its runtime is present. */
import { existsSync, readFileSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

interface SetupRecord {
  readonly chromium?: string;
}

const record = new URL('out/setup.json', import.meta.url);
const { chromium } = (existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : {}) as SetupRecord;

export default defineConfig({
  testDir: 'tests/e2e',
  // Each test trains for real: side by side they would only wait for each other.
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    viewport: { width: 1280, height: 800 },
    trace: 'retain-on-failure',
    launchOptions: {
      ...(chromium === undefined ? {} : { executablePath: chromium }),
      // No sandbox: containers run the tests as root. The rest keeps the browser from calling home.
      args: [
        '--no-sandbox',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  outputDir: 'out/e2e',
});
