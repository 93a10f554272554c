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
  '#/labs/mnist-mlp/inspect?view=training',
  '#/data',
  '#/data/drawn-digits',
  '#/runs',
  '#/settings',
];

test('axe finds nothing on any page, light or dark, small or large', async ({ page, lab }) => {
  test.setTimeout(400_000);
  await page.goto(lab.url);
  await trainQuickLook(page);

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

async function trainQuickLook(page: Page): Promise<void> {
  await openLab(page, 'Train');
  await page.getByRole('combobox', { name: 'Preset' }).selectOption('Quick look');
  await startRun(page, 1);
  await expect(stateOf(page, 1)).toHaveText('completed', { timeout: 120_000 });
}

/** The page has its heading and has stopped fetching. */
async function settled(page: Page): Promise<void> {
  await expect(page.getByRole('heading').first()).toBeVisible();
  await expect(page.getByRole('progressbar', { name: /loading/i })).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
}
