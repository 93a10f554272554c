// @ts-check
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { reportFailure, setup } from './setup.mjs';
import { SetupError } from './setup/fail.mjs';
import { findPackage, PACKAGE_ROOT } from './setup/paths.mjs';
import { closingLine, countVitest } from './test-counts.mjs';

/**
 * `npm test`: sets up, then looks at format, lint, layers and types, then runs the tests. All of it runs whatever failed
 * before, and the last line on the output counts everything. `npm test -- ARGUMENTS` runs the tests alone, with these
 * arguments for Vitest.
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
  const counts = await runVitest();
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  if (counts.failed > 0) failures.push('Tests');
}

/** Runs Vitest with its readable report on the screen and its exact one in a file. */
async function runVitest() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gradient-lab-test-'));
  try {
    const report = path.join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const code = await runTool('vitest', 'vitest', ['run', ...reporters, ...filter]);
    return countVitest(fs.existsSync(report) ? fs.readFileSync(report, 'utf8') : '', code);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs an installed tool with its output shown.
 * @param {string} tool the package
 * @param {string} bin its program
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
function runTool(tool, bin, args) {
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
    });
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code ?? 1));
  });
}
