/** Lab 6 on the made-up reviews: trained, its units and mistakes looked at, and set beside another cell. */
import { expect, test } from './lab.ts';
import { cleanInBothThemes, openLab, startRun, stateOf } from './steps.ts';

test('a student trains an LSTM, finds what a unit answers to, and compares two runs on one text', async ({
  page,
  lab,
}) => {
  test.setTimeout(400_000);
  await page.goto(lab.url);
  const view = page.getByRole('radiogroup', { name: 'View', exact: true });
  const show = (name: string) => view.getByText(name, { exact: true }).click();

  await test.step('trains the quick look, once with each of two cells', async () => {
    await openLab(page, 'Train', 6);
    await page.getByRole('combobox', { name: 'Preset' }).selectOption('Quick look');
    await startRun(page, 1);
    await page
      .getByRole('form', { name: 'Experiment' })
      .getByRole('combobox', { name: 'Cell' })
      .selectOption('GRU');
    await startRun(page, 2);
    for (const run of [1, 2]) {
      await expect(stateOf(page, run)).toHaveText('completed', { timeout: 240_000 });
    }
  });

  await test.step('reads one text with both', async () => {
    await openLab(page, 'Inspect', 6);
    await page.getByRole('combobox', { name: 'Compare with' }).selectOption({ index: 1 });
    await page
      .getByRole('textbox', { name: 'Text' })
      .fill('I never liked the plot, but the ending was lovely.');
    for (const run of [1, 2]) {
      await expect(page.getByRole('application', { name: `As Run ${run} reads it, 10 words` })).toBeVisible();
    }
    const table = page.getByRole('table', { name: 'Probability of each class' });
    await expect(table.getByRole('columnheader')).toHaveText(['Class', 'Run 2', 'Run 1']);
    await page.getByText('Gradient × input', { exact: true }).click();
    const chart = page.getByRole('application', { name: /^Probability of/ });
    await chart.focus();
    await page.keyboard.press('End');
    await expect(
      page.getByText(/^after word 10, “lovely”: Run 2 [\d.]+ %, Run 1 [\d.]+ %/).first(),
    ).toBeVisible();
    await cleanInBothThemes(page);
  });

  await test.step('chooses a unit by keys, and finds the passages where it peaks', async () => {
    await show('Units');
    await page.getByText('Update gate', { exact: true }).click();
    const units = page.getByRole('application', { name: /^Units of recurrent1/ });
    await units.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const chosen = page.getByRole('region', { name: 'Chosen unit' });
    await expect(chosen.getByRole('heading', { level: 2 })).toHaveText(/^Unit \d+ update gate of recurrent1/);
    await chosen.getByRole('button', { name: 'Find its passages' }).click();
    await expect(chosen.getByText('Its peaks in 1,500 texts of the data set')).toBeVisible({
      timeout: 60_000,
    });
    const passages = chosen.getByRole('listitem');
    await expect(passages).toHaveCount(10);
    const peaks = await passages.locator('b').allInnerTexts();
    expect([...peaks].map(Number).sort((a, b) => b - a)).toEqual(peaks.map(Number));
    await cleanInBothThemes(page);
  });

  await test.step('sees what a layer of the model makes of the text', async () => {
    await show('Model');
    const details = page.getByRole('region', { name: 'Chosen layer' });
    await expect(details.getByRole('application', { name: /^embedding,/ })).toBeVisible();
    await page.getByRole('application', { name: /^Model graph/ }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect(details.getByRole('heading', { level: 2 })).toHaveText('recurrent1 Bidirectional');
    const units = details.getByRole('application', { name: /^recurrent1,/ });
    await units.focus();
    await page.keyboard.press('ArrowRight');
    await expect(details.getByText(/^unit \d+, word 1 “i”: [−\d.e-]+$/).first()).toBeVisible();
    await page.getByRole('application', { name: /^Model graph/ }).focus();
    for (let layer = 0; layer < 3; layer++) await page.keyboard.press('ArrowDown');
    await expect(details.getByRole('grid', { name: 'Logits' })).toBeVisible();
  });

  await test.step('goes from a mistake to the text as it is read', async () => {
    await show('Mistakes');
    const texts = page.getByRole('region', { name: 'Texts' });
    await expect(
      texts.getByRole('heading', { name: /mistakes of Run 2, the highest loss first$/ }),
    ).toBeVisible({
      timeout: 60_000,
    });
    await expect(page.getByText(/^Run 2: [\d.]+ % of 1,500 right,\s+\d+ wrong/)).toBeVisible();
    await cleanInBothThemes(page);
    // The cell of what is right: there is always one.
    const matrix = page.getByRole('application', { name: /^Confusion, Run 2/ });
    await matrix.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const right = texts.getByRole('heading', { name: /of class negative that are right/ });
    await expect(right).toBeVisible();
    await page.getByRole('button', { name: /^Read it along/ }).click();
    await expect(page.getByText(/^test text \d+, class negative$/)).toBeVisible();
    await expect(page.getByRole('application', { name: /^As Run 2 reads it/ })).toBeVisible();
  });
});
