/** Two windows at once, the keyboard alone, and a lab that is killed under its window. */
import { expect, test } from './lab.ts';
import { curveMoves, lastStep, openLab, startRun, stateOf } from './steps.ts';

test('two windows show the same run, and either can pause it', async ({ page, lab, context }) => {
  await page.goto(lab.url);
  await openLab(page, 'Train');
  const second = await context.newPage();
  await second.goto(lab.url);
  await openLab(second, 'Train');

  await page.getByRole('combobox', { name: 'Preset' }).selectOption('Quick look');
  await page.getByRole('textbox', { name: 'Epochs' }).fill('1000');
  await startRun(page, 1);
  await expect(stateOf(second, 1)).toHaveText('running', { timeout: 60_000 });
  await curveMoves(second);
  await second.getByRole('button', { name: 'Pause' }).click();
  await expect(stateOf(page, 1)).toHaveText('paused');
  await expect.poll(async () => (await lastStep(page)) === (await lastStep(second))).toBe(true);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(stateOf(second, 1)).toHaveText('stopped');
});

test('the keyboard alone trains a run and reads its curve', async ({ page, lab }) => {
  await page.goto(lab.url);
  await expect(page.getByRole('heading', { name: 'Ten labs' })).toBeVisible();
  await expect(page.getByRole('link', { name: /^Lab 1,/ })).toBeVisible();
  await page.keyboard.press('1');
  await expect(page.getByRole('heading', { name: 'Let the tensors flow' })).toBeVisible();
  await page.keyboard.press('Alt+3');
  const preset = page.getByRole('combobox', { name: 'Preset' });
  for (let i = 0; i < 40 && !(await preset.evaluate((node) => node === document.activeElement)); i++) {
    await page.keyboard.press('Tab');
  }
  await expect(preset).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(preset).toHaveValue('Quick look');
  await page.keyboard.press('Control+Enter');
  await expect(stateOf(page, 1)).toHaveText('completed', { timeout: 120_000 });

  const chart = page.getByRole('application', { name: 'Loss' });
  for (let i = 0; i < 80 && !(await chart.evaluate((node) => node === document.activeElement)); i++) {
    await page.keyboard.press('Tab');
  }
  await expect(chart).toBeFocused();
  await page.keyboard.press('End');
  await expect(chart).toContainText(/step 472/);
  await page.keyboard.press('t');
  await expect(page.getByRole('figure', { name: 'Loss' }).getByRole('table')).toBeVisible();
});

test('a lab that is killed loses at most a second, and its run goes on', async ({ page, lab }) => {
  await page.goto(lab.url);
  await openLab(page, 'Train');
  await page.getByRole('combobox', { name: 'Preset' }).selectOption('Quick look');
  await page.getByRole('textbox', { name: 'Epochs' }).fill('1000');
  await startRun(page, 1);
  await expect(stateOf(page, 1)).toHaveText('running', { timeout: 60_000 });
  await curveMoves(page);
  await curveMoves(page);
  const { port } = lab;
  const seen = await lastStep(page);
  await lab.end('SIGKILL');
  await expect(page.getByText(/connection/i).first()).toBeVisible();

  await lab.start(port);
  const again = await page.context().newPage();
  await again.goto(lab.url);
  await openLab(again, 'Train');
  await expect(stateOf(again, 1)).toHaveText('interrupted', { timeout: 30_000 });
  // About a thousand steps a second here: what was on screen is in the history, but for the last second.
  await expect.poll(() => lastStep(again)).toBeGreaterThan(Math.max(0, seen - 3000));
  await again.getByRole('button', { name: 'Resume' }).first().click();
  await expect(stateOf(again, 1)).toHaveText('running', { timeout: 60_000 });
  await curveMoves(again);
});
