/**
 * Every page, in light and dark, at two sizes: no violation that axe can find, and nothing that scrolls sideways; and dialogs by keys
 * alone.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect, test, type Lab } from './lab.ts';
import { EDGE, writePictures } from './pictures.ts';
import { cleanInBothThemes, openLab, startRun, stateOf } from './steps.ts';

const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];

const PAGES = [
  '#/',
  '#/labs/mnist-mlp/read',
  '#/labs/mnist-mlp/data?data=drawn-digits',
  '#/labs/mnist-mlp/train',
  '#/labs/mnist-mlp/inspect',
  '#/labs/mnist-mlp/inspect?view=weights',
  '#/labs/mnist-mlp/inspect?view=mistakes',
  '#/labs/mnist-mlp/inspect?view=calibration',
  '#/labs/mnist-mlp/inspect?view=training',
  '#/labs/mnist-cnn/inspect?image=test-3',
  '#/labs/mnist-cnn/inspect?view=maps',
  '#/labs/mnist-cnn/inspect?view=filters',
  '#/labs/mnist-cnn/inspect?view=filters&layer=conv2',
  '#/labs/mnist-cnn/inspect?view=model',
  '#/labs/mnist-cnn/inspect?view=model&as=table',
  '#/labs/mnist-cnn/inspect?view=mistakes',
  '#/labs/mnist-cnn/inspect?view=calibration',
  '#/labs/mnist-cnn/inspect?view=training',
  '#/data',
  '#/data/drawn-digits',
  '#/runs',
  '#/settings',
];

/**
 * After a quick look of labs 4, 5 and 6 as runs 1, 2 and 3, lab 4's on pictures in colour. Views that the labs' own tests walk through are
 * held clean there.
 */
const LATER_PAGES = [
  '#/labs/cifar-resnet/read',
  '#/labs/cifar-resnet/data?set=tints',
  '#/labs/cifar-resnet/data?set=tints&open=1',
  '#/labs/cifar-resnet/data?set=cifar-10',
  '#/labs/cifar-resnet/train',
  '#/labs/cifar-resnet/inspect?view=maps',
  '#/labs/cifar-resnet/inspect?view=model&as=table',
  '#/labs/cifar-resnet/inspect?view=calibration',
  '#/labs/cifar-resnet/inspect?view=training',
  '#/labs/imdb-rnn/read',
  '#/labs/imdb-rnn/data?set=made-up-reviews',
  '#/labs/imdb-rnn/data?set=made-up-reviews&search=splendid&open=1',
  '#/labs/imdb-rnn/data?set=imdb',
  '#/labs/imdb-rnn/train',
  '#/labs/imdb-rnn/inspect',
  '#/labs/imdb-rnn/inspect?text=A+splendid+film.&colour=gradient',
  '#/labs/imdb-rnn/inspect?view=units&text=A+splendid+film.',
  '#/labs/imdb-rnn/inspect?view=training',
  '#/labs/imdb-lstm/read',
  '#/labs/imdb-lstm/train',
  '#/labs/imdb-lstm/inspect?view=model&layer=recurrent1',
  '#/labs/imdb-lstm/inspect?view=model&layer=recurrent1&text=A+splendid+film.',
  '#/labs/imdb-lstm/inspect?view=model&layer=logits&as=table&text=A+splendid+film.',
  '#/labs/imdb-lstm/inspect?view=mistakes&cell=0,0',
  '#/labs/imdb-lstm/inspect?view=calibration',
  '#/data/made-up-reviews',
];

test('axe finds nothing on any page, light or dark, small or large', async ({ page, lab }) => {
  test.setTimeout(900_000);
  await page.goto(lab.url);
  await trainQuickLook(page, 1, 1);
  await trainQuickLook(page, 3, 2);
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await allClean(page, lab, PAGES);
  }
});

test('axe finds nothing on the pages of labs 4 to 6, light or dark', async ({ page, lab }) => {
  test.setTimeout(600_000);
  await page.goto(new URL('#/data', lab.url).href);
  await importTints(page, lab);
  await trainQuickLook(page, 4, 1, 'tints');
  await trainQuickLook(page, 5, 2);
  await trainQuickLook(page, 6, 3);
  await allClean(page, lab, LATER_PAGES);
});

test('the dialogs and lists that float are clean as well', async ({ page, lab }) => {
  await page.goto(lab.url);
  await settled(page);
  for (const keys of ['Control+k', '?']) {
    await page.keyboard.press(keys);
    await expect(page.getByRole('dialog')).toBeVisible();
    await cleanInBothThemes(page);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
  }
});

test('imports of texts and of models go by keys alone, keep the focus, and give it back', async ({
  page,
  lab,
}) => {
  const table = join(lab.home, 'reviews.csv');
  writeFileSync(table, 'text,label\n"A splendid film.",good\nA dreadful one.,bad\nWarm and kind.,good\n');
  await page.goto(new URL('#/data', lab.url).href);
  await settled(page);

  await test.step('texts', async () => {
    const opener = page.getByRole('button', { name: /^Import/ });
    const dialog = await openedByKeys(page, opener, 'Import a data set');
    await expect(dialog.getByLabel('File or folder')).toBeFocused();
    await page.keyboard.type(table);
    await expect(dialog.getByRole('radio', { name: 'Texts' })).toBeChecked();
    await expect(dialog.getByRole('table')).toContainText('A splendid film.');
    await cleanInBothThemes(page);
    await keepsFocus(page, dialog);
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(opener).toBeFocused();
  });

  for (const [number, verb, title] of [
    [4, 'Import a model', 'Import a model'],
    [6, 'Import word vectors', 'Import word vectors'],
  ] as const) {
    await test.step(title, async () => {
      await openLab(page, 'Train', number);
      const opener = page.getByRole('button', { name: verb });
      const dialog = await openedByKeys(page, opener, title);
      const path = dialog.getByLabel('File or folder');
      await expect(path).toBeFocused();
      // Enter imports: there is nothing yet, and it says so.
      await page.keyboard.press('Enter');
      await expect(path).toHaveAccessibleDescription('Write the path of a file or folder.');
      await page.keyboard.type(join(lab.home, 'nothing'));
      await page.keyboard.press('Enter');
      await expect(dialog.getByRole('alert')).toContainText('nothing');
      await cleanInBothThemes(page);
      await keepsFocus(page, dialog);
      await page.keyboard.press('Escape');
      await expect(dialog).toBeHidden();
      await expect(opener).toBeFocused();
    });
  }
});

test('a text is found, opened and left by keys alone', async ({ page, lab }) => {
  await page.goto(new URL('#/labs/imdb-rnn/data?set=made-up-reviews', lab.url).href);
  const list = page.getByRole('listbox', { name: 'Train texts of Made-up reviews' });
  await expect(list.getByRole('option').first()).toBeVisible({ timeout: 30_000 });
  await page.getByRole('searchbox', { name: 'Search in the texts' }).focus();
  await page.keyboard.type('splendid');
  await expect(page.getByRole('heading', { name: /training texts that fit$/ })).toBeVisible();
  await list.focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await expect(list.getByRole('option', { selected: true })).toHaveAttribute('aria-posinset', '2');
  await page.keyboard.press('Enter');
  await expect(list).toBeHidden();
  await page.keyboard.press('Escape');
  await expect(list).toBeFocused();
  await expect(list.getByRole('option', { selected: true })).toHaveAttribute('aria-posinset', '2');
});

async function allClean(page: Page, lab: Lab, addresses: readonly string[]): Promise<void> {
  const width = page.viewportSize()?.width;
  for (const address of addresses) {
    await test.step(`${address} ${width}`, async () => {
      await page.goto(new URL(address, lab.url).href);
      await settled(page);
      await cleanInBothThemes(page);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect(sideways, `${address} scrolls sideways at ${width}`).toBe(false);
    });
  }
}

/** Opens a dialog as somebody without a mouse does. */
async function openedByKeys(page: Page, opener: Locator, title: string): Promise<Locator> {
  await opener.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: title });
  await expect(dialog).toBeVisible();
  return dialog;
}

/** Tab goes round within the dialog, or to the browser's own bar, and back by Shift and Tab. */
async function keepsFocus(page: Page, dialog: Locator): Promise<void> {
  for (const keys of ['Tab', 'Shift+Tab']) {
    for (let press = 0; press < 24; press++) {
      await page.keyboard.press(keys);
      const isWithin = await dialog.evaluate(
        (element) => element.contains(document.activeElement) || document.activeElement === document.body,
      );
      expect(isWithin, `${keys}, ${press + 1} times`).toBe(true);
    }
  }
}

async function importTints(page: Page, lab: Lab): Promise<void> {
  const folder = join(lab.home, 'pictures');
  writePictures(folder);
  await page.getByRole('button', { name: /^Import/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Import a data set' });
  await dialog.getByLabel('File or folder').fill(folder);
  await dialog.getByLabel('Name', { exact: true }).fill('tints');
  await dialog.getByLabel('Size').fill(String(EDGE));
  await dialog.getByRole('button', { name: 'Import' }).click();
  await expect(dialog).toBeHidden();
}

/** With the preset's own data, or with another set, which is small: in batches of 12. */
async function trainQuickLook(page: Page, lab: number, run: number, dataSet?: string): Promise<void> {
  await openLab(page, 'Train', lab);
  const form = page.getByRole('form', { name: 'Experiment' });
  await form.getByRole('combobox', { name: 'Preset' }).selectOption('Quick look');
  if (dataSet !== undefined) {
    await form.getByRole('combobox', { name: 'Data set' }).selectOption(dataSet);
    await form.getByLabel('Batch size').fill('12');
  }
  await startRun(page, run);
  await expect(stateOf(page, run)).toHaveText('completed', { timeout: 240_000 });
}

/** The page has its heading and has stopped fetching. */
async function settled(page: Page): Promise<void> {
  await expect(page.getByRole('heading').first()).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: /^Loading$/ })).toHaveCount(0);
  await expect(page.getByRole('progressbar', { name: /loading/i })).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
}
