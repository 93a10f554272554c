/** The whole way of a student: data, training, pause, a killed engine, resume, a second run, comparison, a drawing. */
import { expect, test, type Page } from '@playwright/test';
import { curveMoves, drawOne, lastStep, openLab, startRun, stateOf } from './steps.ts';

/**
 * Plays it from the app's first page on, in a home without data and runs. `busiestEngine` gives the process that trains, which
 * each host finds in its own way.
 */
export async function playWholeWay(page: Page, busiestEngine: () => Promise<number>): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Ten labs' })).toBeVisible();

  await test.step('fetches MNIST and looks at it', async () => {
    await openLab(page, 'Data');
    await page.getByRole('button', { name: /^Fetch/ }).click();
    await expect(page.getByRole('grid').first()).toBeVisible({ timeout: 120_000 });
    await expect(page.getByText(/60,000/).first()).toBeVisible();
  });

  await test.step('trains, and the curve moves', async () => {
    await openLab(page, 'Train');
    await page.getByRole('textbox', { name: 'Hidden units' }).fill('64');
    await page.getByRole('textbox', { name: 'Epochs' }).fill('1000');
    await startRun(page, 1);
    await expect(stateOf(page, 1)).toHaveText('running', { timeout: 60_000 });
    await curveMoves(page);
    await curveMoves(page);
  });

  await test.step('pauses, closes the window, opens it again, and resumes', async () => {
    await page.getByRole('button', { name: 'Pause' }).click();
    await expect(stateOf(page, 1)).toHaveText('paused');
    const paused = await lastStep(page);
    await page.reload();
    await expect(stateOf(page, 1)).toHaveText('paused');
    await expect.poll(() => lastStep(page)).toBeGreaterThanOrEqual(paused);
    await page.getByRole('button', { name: 'Resume' }).first().click();
    await expect(stateOf(page, 1)).toHaveText('running');
    await curveMoves(page);
  });

  await test.step('loses the engine: the run says why, and goes on from its checkpoint', async () => {
    process.kill(await busiestEngine(), 'SIGKILL');
    await expect(stateOf(page, 1)).toHaveText('interrupted', { timeout: 30_000 });
    await expect(page.getByText(/SIGKILL/).first()).toBeVisible();
    await page.getByRole('button', { name: 'Resume' }).first().click();
    await expect(stateOf(page, 1)).toHaveText('running', { timeout: 60_000 });
    await curveMoves(page);
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect(stateOf(page, 1)).toHaveText('stopped', { timeout: 30_000 });
  });

  await test.step('trains a second run and compares the two', async () => {
    await page.getByRole('textbox', { name: 'Epochs' }).fill('1');
    await startRun(page, 2);
    await expect(stateOf(page, 2)).toHaveText('completed', { timeout: 120_000 });
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    for (const run of [1, 2]) {
      await page.getByRole('checkbox', { name: new RegExp(`run ${run}\\b`, 'i') }).check();
    }
    await page.getByRole('button', { name: 'Compare 2' }).click();
    const differences = page.getByRole('region', { name: 'Differences and results' });
    const epochs = differences
      .getByRole('row')
      .filter({ has: page.getByRole('rowheader', { name: 'Epochs' }) });
    await expect(epochs.getByRole('cell')).toHaveText([/^1,?000$|^1$/, /^1,?000$|^1$/]);
  });

  await test.step('draws a digit, and the network sees a one', async () => {
    await openLab(page, 'Inspect');
    await drawOne(page);
    const one = page.getByRole('table', { name: 'Probability of each class' }).getByRole('row').nth(2);
    await expect(one.getByRole('rowheader')).toHaveText('1');
    await expect
      .poll(async () => Number.parseFloat(await one.getByRole('cell').first().innerText()))
      .toBeGreaterThan(90);
  });
}
