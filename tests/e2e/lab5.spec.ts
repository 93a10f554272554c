/** Lab 5 on the made-up reviews: texts looked through, a network trained, read along with, and taken back through time. */
import { expect, test } from './lab.ts';
import { cleanInBothThemes, openLab, startRun, stateOf } from './steps.ts';

test('a student looks through texts, trains an RNN by hand, and follows it word by word', async ({
  page,
  lab,
}) => {
  test.setTimeout(400_000);
  await page.goto(lab.url);
  const view = page.getByRole('radiogroup', { name: 'View', exact: true });
  const show = (name: string) => view.getByText(name, { exact: true }).click();

  await test.step('trains it on the made-up reviews, with gates', async () => {
    await openLab(page, 'Train', 5);
    await page.getByRole('combobox', { name: 'Preset' }).selectOption('Quick look');
    await page.getByRole('form', { name: 'Experiment' }).getByText('lstm', { exact: true }).click();
    await startRun(page, 1);
  });

  await test.step('searches the texts meanwhile, and opens one as tokens', async () => {
    await openLab(page, 'Data', 5);
    await page.getByRole('combobox', { name: 'Data set' }).selectOption('made-up-reviews');
    const list = page.getByRole('listbox', { name: 'Train texts of Made-up reviews' });
    await expect(page.getByRole('heading', { name: '6,000 training texts' })).toBeVisible({
      timeout: 30_000,
    });
    await page.getByRole('searchbox', { name: 'Search in the texts' }).fill('splendid');
    await expect(page.getByRole('heading', { name: /^[1-9][\d,]* training texts that fit$/ })).toBeVisible();
    await expect(list.getByRole('option').first().locator('mark').first()).toHaveText(/splendid/i);
    await list.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByText('Tokens and ids', { exact: true }).click();
    const chips = page.getByRole('region', { name: 'Tokens with their ids' }).getByRole('listitem');
    await expect(chips.filter({ hasText: /^\s*splendid\s*\d+\s*$/ }).first()).toBeVisible();
    await page.keyboard.press('Escape');
    const parts = page.getByRole('radiogroup', { name: 'Show', exact: true });
    await parts.getByText('Padding', { exact: true }).click();
    await expect(page.getByRole('img', { name: /^Batch 1: 64 texts in rows of \d+ tokens/ })).toBeVisible();
    await cleanInBothThemes(page);
    await parts.getByText('Statistics', { exact: true }).click();
    await expect(page.getByRole('table', { name: 'Frequent tokens' })).toBeVisible();
    await cleanInBothThemes(page);
  });

  await test.step('waits for the run', async () => {
    await openLab(page, 'Train', 5);
    await expect(stateOf(page, 1)).toHaveText('completed', { timeout: 240_000 });
  });

  await test.step('follows the network word by word, by keys', async () => {
    await openLab(page, 'Inspect', 5);
    await page.getByRole('textbox', { name: 'Text' }).fill('A splendid film, and the cast was warm.');
    const text = page.getByRole('application', { name: 'As Run 1 reads it, 8 words' });
    await expect(text).toBeVisible();
    await text.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    const curve = page.getByRole('figure', { name: /^Probability of (positive|negative)/ });
    await expect(curve).toContainText(/after word 2, “splendid”: [\d.]+ %/);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: /“splendid” word 2 of 8/ })).toBeVisible();
  });

  await test.step('puts another word in its place, and takes that back', async () => {
    const answer = page.getByRole('table', { name: 'Probability of each class' });
    const before = await answer.innerText();
    await page.getByRole('textbox', { name: 'Another word in its place' }).fill('dreadful');
    await page.getByRole('button', { name: 'Replace' }).click();
    await expect(page.getByRole('textbox', { name: 'Text' })).toHaveValue(
      'A dreadful film, and the cast was warm.',
    );
    await expect.poll(() => answer.innerText()).not.toBe(before);
    await page.getByRole('button', { name: /^Undo/ }).first().click();
    await expect(page.getByRole('textbox', { name: 'Text' })).toHaveValue(
      'A splendid film, and the cast was warm.',
    );
    await expect.poll(() => answer.innerText()).toBe(before);
    await page.getByText('Left out', { exact: true }).click();
    await expect(
      page.getByText('By how much less sure it would be if the word were not there.'),
    ).toBeVisible();
    await cleanInBothThemes(page);
  });

  await test.step('sees how far back the gradient reaches', async () => {
    await show('Gradient through time');
    const chart = page.getByRole('application', { name: 'Gradient through time' });
    await chart.focus();
    await page.keyboard.press('ArrowRight');
    await expect(
      page.getByText(/^0 tokens before the end: [\d.e-]+ \(half of 256 texts/).first(),
    ).toBeVisible();
    await cleanInBothThemes(page);
  });
});
