import { describe, expect, it } from 'vitest';
import { closingLine, countPlaywright, countVitest, skipReasons } from '../../scripts/test-counts.mjs';

const report = (fields: object) =>
  JSON.stringify({
    numPassedTests: 0,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [],
    ...fields,
  });

describe('counting the tests', () => {
  it('takes the numbers of the report', () => {
    const counts = countVitest(
      report({ numPassedTests: 5, numFailedTests: 2, numPendingTests: 1, numTodoTests: 3 }),
      1,
    );
    expect(closingLine(counts)).toBe('5 passed, 2 failed, 4 skipped');
  });

  it('counts a file that failed to load, whose tests never ran', () => {
    const testResults = [
      { status: 'failed', assertionResults: [] },
      { status: 'failed', assertionResults: [{ status: 'failed' }] },
      { status: 'passed', assertionResults: [{ status: 'passed' }] },
    ];
    expect(countVitest(report({ numPassedTests: 1, numFailedTests: 1, testResults }), 1)).toEqual({
      passed: 1,
      failed: 2,
      skipped: 0,
    });
  });

  it('never calls a run green that ended in an error or left no report', () => {
    expect(countVitest(report({ numPassedTests: 3 }), 1).failed).toBe(1);
    expect(countVitest('', 0).failed).toBe(1);
    expect(countVitest('{"numPassed', 0).failed).toBe(1);
    expect(countVitest(report({ numPassedTests: 3 }), 0).failed).toBe(0);
  });
});

describe('counting the tests of the windows', () => {
  const stats = (fields: object, rest: object = {}) =>
    JSON.stringify({ stats: { expected: 0, skipped: 0, unexpected: 0, flaky: 0, ...fields }, ...rest });

  it('takes the numbers of the report', () => {
    const report = stats({ expected: 5, skipped: 2, unexpected: 1, flaky: 1 });
    expect(closingLine(countPlaywright(report, 1))).toBe('6 passed, 1 failed, 2 skipped');
  });

  it('never calls a run green that ended in an error or left no report', () => {
    expect(countPlaywright(stats({ expected: 3 }), 1).failed).toBe(1);
    expect(countPlaywright(stats({}, { errors: [{ message: 'a file does not load' }] }), 1).failed).toBe(1);
    expect(countPlaywright('', 0).failed).toBe(1);
    expect(countPlaywright(stats({ expected: 3 }), 0)).toEqual({ passed: 3, failed: 0, skipped: 0 });
  });

  it('says why tests were skipped, each reason once', () => {
    const skipped = (description?: string) => ({
      tests: [
        { status: 'skipped', annotations: description === undefined ? [] : [{ type: 'skip', description }] },
      ],
    });
    const report = JSON.stringify({
      suites: [
        {
          specs: [skipped('There is no display.'), { tests: [{ status: 'expected', annotations: [] }] }],
          suites: [{ specs: [skipped('There is no display.'), skipped()] }],
        },
      ],
    });
    expect(skipReasons(report)).toEqual(['2 skipped: There is no display.', '1 skipped: no reason given']);
    expect(skipReasons('')).toEqual([]);
  });
});
