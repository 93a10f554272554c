// @ts-check
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { reportFailure, setup } from './setup.mjs';
import { SetupError } from './setup/fail.mjs';
import { findPackage, PACKAGE_ROOT } from './setup/paths.mjs';
import { closingLine, countPlaywright, countVitest, skipReasons } from './test-counts.mjs';

/**
 * `npm test`: sets up, then looks at format, lint, layers and types, then runs the tests, those of the windows last. All of
 * it runs whatever failed before, and the last line on the output counts everything. `npm test -- ARGUMENTS` runs Vitest's
 * tests alone, with these arguments.
 */
const STATIC_STAGES = [
  { name: 'Format', tool: 'prettier', bin: 'prettier', args: ['--check', '.'] },
  { name: 'Lint', tool: 'eslint', bin: 'eslint', args: ['.'] },
  {
    name: 'Layers',
    tool: 'dependency-cruiser',
    bin: 'depcruise',
    args: ['src', '--config', '.dependency-cruiser.cjs'],
  },
  { name: 'Types', tool: 'typescript', bin: 'tsc', args: ['--noEmit'] },
  {
    name: 'Types of the windows',
    tool: 'svelte-check',
    bin: 'svelte-check',
    args: ['--tsconfig', './tsconfig.renderer.json', '--output', 'human'],
  },
];

const filter = process.argv.slice(2).filter((argument) => argument !== '--');
const total = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const failures = [];

if (await setUp()) await runStages();
if (failures.length > 0) console.log(`\nFailed: ${failures.join(', ')}`);
console.log(closingLine(total));
process.exitCode = total.failed > 0 ? 1 : 0;

/** True when the rest can run: sources that cannot be bundled count as a failure, and the stages tell more about them. */
async function setUp() {
  try {
    await setup({ forTests: true });
    return true;
  } catch (error) {
    reportFailure(error);
    total.failed += 1;
    failures.push('Set-up');
    return error instanceof SetupError && error.code === 'bundle-failed';
  }
}

async function runStages() {
  if (filter.length === 0) {
    for (const { name, tool, bin, args } of STATIC_STAGES) {
      console.log(`\n== ${name}`);
      const passed = (await runTool(tool, bin, args)) === 0;
      total[passed ? 'passed' : 'failed'] += 1;
      if (!passed) failures.push(name);
    }
  }
  console.log('\n== Tests');
  addCounts('Tests', await withReport(runVitest));
  if (filter.length > 0) return;
  console.log('\n== Tests of the windows');
  addCounts('Tests of the windows', await withReport(runPlaywright));
}

/** @param {string} name @param {import('./test-counts.mjs').Counts} counts */
function addCounts(name, counts) {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  if (counts.failed > 0) failures.push(name);
}

/**
 * Runs tests with their readable report on the screen and their exact one in a file that is gone afterwards.
 * @template T
 * @param {(report: string) => Promise<T>} runTests
 */
async function withReport(runTests) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gradient-lab-test-'));
  try {
    return await runTests(path.join(folder, 'report.json'));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} report */
async function runVitest(report) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await runTool('vitest', 'vitest', ['run', ...reporters, ...filter]);
  return countVitest(readIfThere(report), code);
}

/** @param {string} report */
async function runPlaywright(report) {
  const code = await runTool('@playwright/test', 'playwright', ['test', '--reporter=list,json'], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
  });
  const text = readIfThere(report);
  for (const line of skipReasons(text)) console.log(`  ${line}`);
  return countPlaywright(text, code);
}

/** @param {string} file */
function readIfThere(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
}

/**
 * Runs an installed tool with its output shown.
 * @param {string} tool the package
 * @param {string} bin its program
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env] beside ours
 * @returns {Promise<number>} the exit code
 */
function runTool(tool, bin, args, env = {}) {
  const folder = findPackage(PACKAGE_ROOT, tool);
  if (!folder) {
    console.log(`The package "${tool}" is not installed.`);
    return Promise.resolve(127);
  }
  const { bin: bins } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const program = path.join(folder, typeof bins === 'string' ? bins : bins[bin]);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: PACKAGE_ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    });
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code ?? 1));
  });
}
