/** The whole way of a student on the web host. */
import { expect, test } from './lab.ts';
import { playWholeWay } from './whole-way.ts';

test('a student fetches data, trains, loses an engine, resumes, compares, and draws a digit', async ({
  page,
  lab,
}) => {
  test.setTimeout(300_000);
  await page.goto(lab.url);
  await playWholeWay(page, () => lab.busiestEngine());
  // The token is out of the address: a bookmark or a shared screen does not give it away.
  expect(page.url()).not.toContain('token');
});
