/** What a person does on the pages of a lab, in their own words. */
import AxeBuilder from '@axe-core/playwright';
import { expect, type Locator, type Page } from '@playwright/test';

/** Opens one of a lab's tabs; lab 1's where none is named. */
export async function openLab(
  page: Page,
  tab: 'Read' | 'Data' | 'Train' | 'Inspect',
  number = 1,
): Promise<void> {
  await page.getByRole('link', { name: new RegExp(`^Lab ${number},`) }).click();
  const link = page.getByRole('navigation', { name: 'Lab', exact: true }).getByRole('link', { name: tab });
  await link.click();
  await expect(link).toHaveAttribute('aria-current', 'page');
}

/** Starts a run with the form as it is; its row shows up in the list. */
export async function startRun(page: Page, run: number): Promise<void> {
  await page
    .getByRole('form', { name: 'Experiment' })
    .getByRole('button', { name: /^Start run/ })
    .click();
  await expect(rowOf(page, run)).toBeVisible();
}

/** The row of a run in the list of the lab's runs. */
export function rowOf(page: Page, run: number): Locator {
  return page
    .getByRole('grid', { name: 'Runs of this lab' })
    .getByRole('row')
    .filter({ has: page.getByRole('checkbox', { name: `Show run ${run} in the charts`, exact: true }) });
}

/** The word for a run's state in that list. */
export function stateOf(page: Page, run: number): Locator {
  return rowOf(page, run).getByRole('gridcell').nth(2);
}

/** The last step that the loss chart shows; 0 while it is empty. */
export async function lastStep(page: Page): Promise<number> {
  const text = await page.getByRole('figure', { name: 'Loss' }).innerText();
  const steps = [...text.matchAll(/to step ([\d,]+)/g)].map((match) => Number(match[1]?.replaceAll(',', '')));
  return Math.max(0, ...steps);
}

/** Waits until the loss chart has come further than it is now. */
export async function curveMoves(page: Page): Promise<void> {
  const before = await lastStep(page);
  await expect.poll(() => lastStep(page), { timeout: 60_000 }).toBeGreaterThan(before);
}

/** Draws an upright line on the pad: a one. */
export async function drawOne(page: Page): Promise<void> {
  const pad = page.getByRole('application', { name: /^Drawing/ });
  const box = await pad.boundingBox();
  if (box === null) throw new Error('The drawing pad is not on the screen.');
  const x = box.x + box.width / 2;
  await page.mouse.move(x, box.y + box.height * 0.2);
  await page.mouse.down();
  await page.mouse.move(x, box.y + box.height * 0.5, { steps: 10 });
  await page.mouse.move(x, box.y + box.height * 0.8, { steps: 10 });
  await page.mouse.up();
}

/** The page as it stands, in light and in dark: no violation that axe can find. */
export async function cleanInBothThemes(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
    );
    expect(found, `${page.url()} ${colorScheme}`).toEqual([]);
  }
}
