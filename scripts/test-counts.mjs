// @ts-check

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * Counts a run of Vitest from its JSON report. Its own numbers leave out files that failed to load and errors outside of any
 * test; each of these counts as one failure here, so that nothing red is ever counted as green.
 * @param {string} report empty when Vitest wrote none
 * @param {number} exitCode
 * @returns {Counts}
 */
export function countVitest(report, exitCode) {
  /** @type {any} */
  let parsed;
  try {
    parsed = JSON.parse(report);
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const files = parsed.testResults ?? [];
  const broken = files.filter(
    (/** @type {any} */ file) =>
      file.status === 'failed' &&
      !(file.assertionResults ?? []).some((/** @type {any} */ test) => test.status === 'failed'),
  ).length;
  const passed = parsed.numPassedTests ?? 0;
  const skipped = (parsed.numPendingTests ?? 0) + (parsed.numTodoTests ?? 0);
  const failed = (parsed.numFailedTests ?? 0) + broken;
  return { passed, failed: failed === 0 && exitCode !== 0 ? 1 : failed, skipped };
}

/**
 * Counts a run of Playwright from its JSON report. A test that passed only at a second try counts as passed; errors outside of
 * any test (a file that does not load, a server that does not start) as failures.
 * @param {string} report empty when Playwright wrote none
 * @param {number} exitCode
 * @returns {Counts}
 */
export function countPlaywright(report, exitCode) {
  /** @type {any} */
  let parsed;
  try {
    parsed = JSON.parse(report);
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const { expected = 0, flaky = 0, unexpected = 0, skipped = 0 } = parsed.stats ?? {};
  const failed = unexpected + (parsed.errors ?? []).length;
  return { passed: expected + flaky, failed: failed === 0 && exitCode !== 0 ? 1 : failed, skipped };
}

/**
 * Why tests were skipped, from Playwright's JSON report: each reason once, with how many it stands for.
 * @param {string} report
 * @returns {string[]} "5 skipped: There is no display."
 */
export function skipReasons(report) {
  /** @type {Map<string, number>} */
  const reasons = new Map();
  /** @param {any} suite */
  const visit = (suite) => {
    for (const inner of suite.suites ?? []) visit(inner);
    for (const { status, annotations = [] } of (suite.specs ?? []).flatMap(
      (/** @type {any} */ spec) => spec.tests,
    )) {
      if (status !== 'skipped') continue;
      const reason =
        annotations.find((/** @type {any} */ each) => each.type === 'skip')?.description ?? 'no reason given';
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  };
  try {
    visit(JSON.parse(report));
  } catch {
    return []; // Without a report there is nothing to tell; the count of failures says so.
  }
  return [...reasons].map(([reason, count]) => `${count} skipped: ${reason}`);
}

/** @param {Counts} counts */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
