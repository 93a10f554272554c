/** The form of an experiment is kept while other pages are looked at, and goes on to say what is in it. */
import { expect, test } from './lab.ts';
import { openLab } from './steps.ts';

test('the form follows what is set in it, also after another page was looked at', async ({ lab, page }) => {
  const warnings: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') warnings.push(message.text());
  });
  await page.goto(lab.url);
  await openLab(page, 'Train');
  const form = page.getByRole('form', { name: 'Experiment' });
  await expect(form.getByText('The defaults')).toBeVisible();
  await openLab(page, 'Data');
  await openLab(page, 'Train');
  await form.getByRole('combobox', { name: 'Preset' }).selectOption('Quick look');
  await expect(form.getByText('3 changed')).toBeVisible();
  await expect(form.getByRole('combobox', { name: 'Preset' })).toHaveValue('Quick look');
  const start = form.getByRole('button', { name: /^Start run/ });
  await expect(start).toBeEnabled();
  await form.getByRole('textbox', { name: 'Hidden units' }).fill('0');
  await expect(start).toBeDisabled();
  expect(warnings).toEqual([]);
});
