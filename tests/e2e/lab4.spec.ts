/** Lab 4 on a person's own pictures: imported, augmented before one's eyes, trained twice, and taken apart; clean for axe. */
import { join } from 'node:path';
import { PROGRESSIVE_JPEG } from '../support/progressive-jpeg.ts';
import { expect, test } from './lab.ts';
import { EDGE, writePictures } from './pictures.ts';
import { cleanInBothThemes, openLab, startRun, stateOf } from './steps.ts';

test('a person trains ResNets on their own pictures, sees what augmentation does, and takes them apart', async ({
  page,
  lab,
}) => {
  test.setTimeout(240_000);
  const folder = join(lab.home, 'pictures');
  writePictures(folder);
  await page.goto(lab.url);

  await test.step('imports them, a progressive JPEG among them', async () => {
    await page.goto(new URL('#/data', lab.url).href);
    await page.getByRole('button', { name: 'Import' }).click();
    const dialog = page.getByRole('dialog', { name: 'Import a data set' });
    await dialog.getByLabel('File or folder').fill(folder);
    await dialog.getByLabel('Name', { exact: true }).fill('tints');
    await dialog.getByLabel('Size').fill(String(EDGE));
    await dialog.getByRole('button', { name: 'Import' }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByRole('heading', { name: 'tints' })).toBeVisible();
  });

  await test.step('sees an example before and after, and turns augmentation off', async () => {
    await openLab(page, 'Train', 4);
    const form = page.getByRole('form', { name: 'Experiment' });
    await form.getByRole('combobox', { name: 'Preset' }).selectOption('Quick look');
    await form.getByRole('combobox', { name: 'Data set' }).selectOption('tints');
    await form.getByRole('button', { name: 'Preview augmentation' }).click();
    const images = page.getByRole('region', { name: 'Before and after' });
    await expect(images.getByRole('img', { name: 'Example 0 as it is stored' })).toBeVisible();
    await expect(images.getByRole('img', { name: /^Example 0 augmented/ })).toHaveCount(23);
    const settings = page.getByRole('region', { name: 'Augmentation settings' });
    await settings.getByRole('button', { name: 'Draw again' }).click();
    await expect(settings).toContainText('as in step 2 of a run with seed 1');
    await expect(settings).not.toContainText('nothing is changed');
    await settings.getByLabel('Pad and crop').fill('0');
    await expect(settings).toContainText('With these settings nothing is changed.');
    await settings.getByLabel('Pad and crop').fill('2');
    await cleanInBothThemes(page);
  });

  await test.step('trains a residual and a plain network', async () => {
    await openLab(page, 'Train', 4);
    const form = page.getByRole('form', { name: 'Experiment' });
    await form.getByLabel('Batch size').fill('12');
    for (const [run, architecture] of [
      [1, 'residual'],
      [2, 'plain'],
    ] as const) {
      await form.getByRole('combobox', { name: 'Architecture' }).selectOption(architecture);
      await startRun(page, run);
      await expect(stateOf(page, run)).toHaveText('completed', { timeout: 120_000 });
    }
  });

  const view = page.getByRole('radiogroup', { name: 'View', exact: true });
  const show = (name: string) => view.getByText(name, { exact: true }).click();

  await test.step('compares their mistakes over the same test pictures', async () => {
    await openLab(page, 'Inspect', 4);
    await page.getByRole('combobox', { name: 'Compare with' }).selectOption({ index: 1 });
    await expect(page.getByText(/^Run 2: [\d.]+ % of 12 right/)).toBeVisible({ timeout: 60_000 });
    await expect(
      page.getByText(/wrong in Run 2 alone\s+\d+, in Run 1 alone\s+\d+, in both \d+/),
    ).toBeVisible();
    await cleanInBothThemes(page);
  });

  await test.step('looks at the filters in colour', async () => {
    await show('Filters');
    await page.getByRole('grid', { name: 'Filters of first_conv in colour' }).focus();
    await page.keyboard.press('End');
    await expect(page.getByRole('heading', { name: /^Filter \d 8 of 8/ })).toBeVisible();
    await expect(page.getByRole('grid', { name: /^Kernel of filter \d from red/ })).toBeVisible();
    await cleanInBothThemes(page);
  });

  await test.step('opens a picture of their own, and sees what each layer makes of it', async () => {
    await show('Feature maps');
    const name = 'both tints.jpg';
    await page
      .locator('input[type=file]')
      .setInputFiles({ name, mimeType: 'image/jpeg', buffer: Buffer.from(PROGRESSIVE_JPEG) });
    const layers = page.getByRole('navigation', { name: 'Layers' });
    await expect(layers).toContainText(name);
    await expect(layers).toContainText(/Seen as (cold|warm)/);
    await layers.getByRole('button', { name: /^stage2_block1_2_conv/ }).click();
    await expect(page.getByRole('grid', { name: 'Maps of stage2_block1_2_conv' })).toBeVisible();
    await page.getByLabel('Number of an image of the test split').fill('5');
    await page.keyboard.press('Enter');
    await expect(layers).toContainText('Test example 5');
    await cleanInBothThemes(page);
  });

  await test.step('chooses a layer of the graph: its weights, activations and gradients', async () => {
    await show('Model');
    const details = page.getByRole('region', { name: 'Chosen layer' });
    await page.getByRole('application', { name: /^Model graph/ }).focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await expect(details.getByRole('heading', { level: 2 })).toHaveText('first_conv Conv2D');
    await expect(details.getByRole('grid', { name: 'Maps of first_conv' })).toBeVisible();
    // 3 x 3 x 3 weights for each of 8 filters.
    await expect(
      details.getByRole('img', { name: /^Gradients of first_conv\/kernel: 216 values/ }),
    ).toBeVisible();
    await cleanInBothThemes(page);
  });

  await test.step('reads the gradient of both from the first layer to the last', async () => {
    await show('Over training');
    await page.getByText('Gradient norm by depth', { exact: true }).first().click();
    const chart = page.getByRole('application', { name: 'Gradient norm by depth' });
    await chart.focus();
    await page.keyboard.press('End');
    // 6n + 2 = 8 layers with weights, the classes last.
    await expect(
      page.getByText(/^8 of 8: Run 2: logits\/kernel [\d.e-]+; Run 1: logits\/kernel/).first(),
    ).toBeVisible();
    await cleanInBothThemes(page);
  });
});
