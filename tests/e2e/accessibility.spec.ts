/** Every page, in light and dark, at two sizes: no violation that axe can find, and nothing that scrolls sideways. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './lab.ts';
import { openLab, startRun, stateOf } from './steps.ts';

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

test('axe finds nothing on any page, light or dark, small or large', async ({ page, lab }) => {
  test.setTimeout(900_000);
  await page.goto(lab.url);
  await trainQuickLook(page, 1, 1);
  await trainQuickLook(page, 3, 2);

  for (const size of SIZES) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const address of PAGES) {
        await test.step(`${address} ${colorScheme} ${size.width}`, async () => {
          await page.goto(new URL(address, lab.url).href);
          await settled(page);
          const { violations } = await new AxeBuilder({ page }).analyze();
          const found = violations.flatMap(({ id, nodes }) =>
            nodes.map((node) => `${id}: ${node.target.join(' ')}`),
          );
          expect(found, `${address} ${colorScheme} ${size.width}`).toEqual([]);
          const sideways = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
          expect(sideways, `${address} scrolls sideways at ${size.width}`).toBe(false);
        });
      }
    }
  }
});

test('the dialogs and lists that float are clean as well', async ({ page, lab }) => {
  await page.goto(lab.url);
  await settled(page);
  for (const keys of ['Control+k', '?']) {
    await page.keyboard.press(keys);
    await expect(page.getByRole('dialog')).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
  }
});

async function trainQuickLook(page: Page, lab: number, run: number): Promise<void> {
  await openLab(page, 'Train', lab);
  await page.getByRole('combobox', { name: 'Preset' }).selectOption('Quick look');
  await startRun(page, run);
  await expect(stateOf(page, run)).toHaveText('completed', { timeout: 240_000 });
}

/** The page has its heading and has stopped fetching. */
async function settled(page: Page): Promise<void> {
  await expect(page.getByRole('heading').first()).toBeVisible();
  await expect(page.getByRole('progressbar', { name: /loading/i })).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
}
