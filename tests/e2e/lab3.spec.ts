/** Lab 3 on the drawn digits: trained, taken apart layer by layer, and set beside lab 1's best run. */
import { expect, test } from './lab.ts';
import { drawOne, openLab, startRun, stateOf } from './steps.ts';

test('a student trains a CNN, looks at its maps, filters and layers, and compares it with lab 1', async ({
  page,
  lab,
}) => {
  test.setTimeout(400_000);
  await page.goto(lab.url);

  await test.step('trains lab 1 and lab 3 on the drawn digits', async () => {
    for (const [number, run] of [
      [1, 1],
      [3, 2],
    ] as const) {
      await openLab(page, 'Train', number);
      await page.getByRole('combobox', { name: 'Preset' }).selectOption('Quick look');
      await startRun(page, run);
      await expect(stateOf(page, run)).toHaveText('completed', { timeout: 240_000 });
    }
  });

  const view = page.getByRole('radiogroup', { name: 'View', exact: true });
  const show = (name: string) => view.getByText(name, { exact: true }).click();

  await test.step('draws a one: both labs see it, side by side', async () => {
    await openLab(page, 'Inspect', 3);
    await drawOne(page);
    const table = page.getByRole('table', { name: 'Probability of each class' });
    await expect(table.getByRole('columnheader')).toHaveText(['Class', 'Run 2', 'Run 1']);
    const one = table.getByRole('row').nth(2);
    await expect(one.getByRole('rowheader')).toHaveText('1');
    for (const place of [0, 1]) {
      await expect
        .poll(async () => Number.parseFloat(await one.getByRole('cell').nth(place).innerText()))
        .toBeGreaterThan(50);
    }
    await expect(page.getByRole('grid', { name: 'Maps of conv1' })).toBeVisible();
  });

  await test.step('opens a feature map, then its filter', async () => {
    await show('Feature maps');
    const maps = page.getByRole('grid', { name: 'Maps of conv1' });
    await maps.focus();
    await page.keyboard.press('End');
    await expect(page.getByRole('heading', { name: /^Map 7 8 of 8/ })).toBeVisible();
    await expect(page.getByRole('grid', { name: 'Map 7 of conv1' })).toBeVisible();
    await page.getByRole('button', { name: /^conv2/ }).click();
    await expect(page.getByRole('grid', { name: 'Maps of conv2' })).toBeVisible();
    await page.getByRole('button', { name: 'Its filter' }).click();
    await expect(page.getByRole('grid', { name: 'Lengths of the kernels of conv2' })).toBeVisible();
    await expect(page.getByRole('heading', { name: /^Filter 0/ })).toBeVisible();
  });

  await test.step('walks the graph by keys, and finds the same layers in the table', async () => {
    await show('Model');
    const details = page.getByRole('region', { name: 'Chosen layer' });
    const graph = page.getByRole('application', { name: /^Model graph/ });
    await graph.focus();
    await page.keyboard.press('Home');
    await expect(details.getByRole('heading', { level: 2 })).toHaveText('image InputLayer');
    await page.keyboard.press('ArrowDown');
    await expect(details.getByRole('heading', { level: 2 })).toHaveText('conv1 Conv2D');
    await expect(details.getByRole('img', { name: /^Weights of conv1\/kernel: 72 values/ })).toBeVisible();
    await expect(details.getByRole('img', { name: /^Gradients of conv1\/kernel: 72 values/ })).toBeVisible();
    await expect(details.getByRole('grid', { name: 'Maps of conv1' })).toBeVisible();
    await page.getByText('Table', { exact: true }).click();
    const row = page
      .getByRole('table', { name: 'Layers of the model' })
      .getByRole('row')
      .filter({ has: page.getByRole('rowheader', { name: 'conv1' }) });
    // 3 x 3 x 1 weights and a bias for each of 8 filters; two operations for each weight at each of 26 x 26 places.
    await expect(row.getByRole('cell')).toHaveText([
      'Conv2D',
      '8, 3 x 3, relu',
      'image',
      '26 x 26 x 8',
      '80',
      '97.3 k',
    ]);
  });

  await test.step('reads how well it knows what it does not know', async () => {
    await show('Calibration');
    const figures = page.getByRole('region', { name: 'Calibration of Run 2' });
    await expect(figures).toContainText('Examples');
    await expect(figures).toContainText('1,000');
    await page.getByRole('application', { name: 'Calibration' }).focus();
    await page.keyboard.press('End');
    await expect(page.getByText(/^Run 2, 93\.3 % to 100\.0 %/).first()).toBeVisible();
  });

  await test.step('takes the second run away', async () => {
    await page.getByRole('combobox', { name: 'Compare with' }).selectOption({ label: 'No second run' });
    await expect(page.getByRole('region', { name: 'Calibration of Run 1' })).toHaveCount(0);
    await expect(page.getByRole('region', { name: 'Calibration of Run 2' })).toBeVisible();
  });
});
