/** The web host with a real browser at its other end: what browsers do of their own accord, no other test can show. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { expect, test } from './lab.ts';

/** Everything that the browser complains about: breaches of the policy, files that are missing, errors of ours. */
function complaints(page: Page): string[] {
  const found: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') found.push(message.text());
  });
  page.on('pageerror', (error) => found.push(error.message));
  return found;
}

const heading = (page: Page) => page.getByRole('heading', { level: 1 });
/** True once the page has heard from the lab: the top bar says what the engine does. */
const answered = (page: Page) => page.getByText('Engine idle');

/** A page of another site, on this machine. Browsers take every name below "localhost" for this machine. */
async function foreignSite(html: string): Promise<{ url: string; server: Server }> {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://foreign.localhost:${(server.address() as AddressInfo).port}/`, server };
}

test('the address opens the lab, and its token is in reach of nothing afterwards', async ({ lab, page }) => {
  const found = complaints(page);
  await page.goto(lab.url);
  await expect(heading(page)).toBeVisible();
  await expect(answered(page)).toBeVisible();
  expect(new URL(page.url()).search).toBe('');
  const token = new URL(lab.url).searchParams.get('token');
  expect(await page.evaluate(() => document.cookie)).toBe('');
  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({ value: token, httpOnly: true, sameSite: 'Strict', expires: -1 });
  // Again, without the token, in another window.
  const second = await page.context().newPage();
  await second.goto(new URL('/', lab.url).href);
  await expect(answered(second)).toBeVisible();
  expect(found).toEqual([]);
});

test('no page needs more than the policy for pages allows', async ({ lab, page }) => {
  const places = [
    '#/labs/mnist-mlp/read',
    '#/labs/mnist-mlp/data?data=drawn-digits',
    '#/labs/mnist-mlp/train',
  ];
  const found = complaints(page);
  await page.goto(lab.url);
  for (const place of [...places, '#/labs/mnist-mlp/inspect', '#/data', '#/runs', '#/settings']) {
    await page.goto(new URL(place, lab.url).href);
    await expect(heading(page)).toBeVisible();
    // What a page draws late (pictures, charts) is drawn by then.
    await page.waitForLoadState('networkidle');
  }
  // An exported chart is a picture made of a blob, with styles of its own inside.
  const colour = await page.evaluate(async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9" style="fill:rgb(1,2,3)"/></svg>';
    const image = new Image();
    image.src = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
    await image.decode();
    const drawing = document.createElement('canvas').getContext('2d');
    drawing?.drawImage(image, 0, 0);
    return [...(drawing?.getImageData(4, 4, 1, 1).data ?? [])];
  });
  expect(colour).toEqual([1, 2, 3, 255]);
  expect(found.filter((text) => /content security policy/i.test(text))).toEqual([]);
});

test('without the token there is a page that says what to do', async ({ lab, page }) => {
  const response = await page.goto(new URL('/', lab.url).href);
  expect(response?.status()).toBe(401);
  await expect(heading(page)).toHaveText('This lab is locked');
  await expect(page.getByText('open the whole address that gradient-lab serve')).toBeVisible();
});

test('a link on another site opens the lab', async ({ lab, page }) => {
  const { url, server } = await foreignSite(`<a href="${lab.url}">open</a>`);
  try {
    await page.goto(url);
    await page.getByRole('link').click();
    await expect(answered(page)).toBeVisible();
    expect(page.url()).toBe(new URL('/', lab.url).href);
  } finally {
    server.close();
  }
});

test('another site in the same browser gets nothing', async ({ lab, page }) => {
  await page.goto(lab.url);
  await expect(answered(page)).toBeVisible();
  const port = lab.port;
  // A foreign site, and another server on the very same host, whose requests carry our cookie.
  const { url, server } = await foreignSite('<title>foreign</title>');
  const sameHost = `http://127.0.0.1:${new URL(url).port}/`;
  try {
    for (const site of [url, sameHost]) {
      const foreign = await page.context().newPage();
      await foreign.goto(site);
      const got = await foreign.evaluate(async (to) => {
        const attempt = (open: (done: (result: string) => void) => void) =>
          new Promise<string>((resolve) => {
            open(resolve);
            setTimeout(() => resolve('nothing'), 3000);
          });
        return {
          fetch: await fetch(`http://${to}/`, { credentials: 'include' }).then(
            () => 'read',
            () => 'refused',
          ),
          socket: await attempt((done) => {
            const socket = new WebSocket(`ws://${to}/rpc`);
            socket.onopen = () => done('open');
            socket.onerror = () => done('refused');
          }),
          script: await attempt((done) => {
            const script = document.createElement('script');
            script.src = `http://${to}/theme.js`;
            script.onload = () => done('ran');
            script.onerror = () => done('refused');
            document.head.append(script);
          }),
          frame: await attempt((done) => {
            const frame = document.createElement('iframe');
            frame.src = `http://${to}/`;
            frame.onload = () => {
              // A refused frame holds the browser's own error page, which nobody may look into either.
              done(frame.contentDocument === null ? 'closed' : 'readable');
            };
            document.body.append(frame);
          }),
        };
      }, `127.0.0.1:${port}`);
      expect(got).toEqual({ fetch: 'refused', socket: 'refused', script: 'refused', frame: 'closed' });
      await expect(foreign.frameLocator('iframe').getByText('Gradient Lab')).toHaveCount(0);
      await foreign.close();
    }
  } finally {
    server.close();
  }
});

test('a name that was pointed at this machine gets nothing', async ({ lab, page }) => {
  const url = new URL(lab.url);
  url.hostname = 'rebound.localhost';
  const response = await page.goto(url.href);
  expect(response?.status()).toBe(421);
  await expect(heading(page)).toHaveText('Wrong address');
  expect(await page.context().cookies()).toEqual([]);
});

test('a window notices that the lab went away and is back when the lab is', async ({ lab, page }) => {
  await page.goto(lab.url);
  await expect(answered(page)).toBeVisible();
  const { port } = lab;
  await lab.end('SIGKILL');
  const line = page
    .getByRole('status')
    .or(page.getByRole('alert'))
    .filter({ hasText: /connect/i });
  await expect(line.first()).toBeVisible();
  await lab.start(port);
  // It was started again: this window has the old token until the browser has opened the new address.
  const second = await page.context().newPage();
  await second.goto(lab.url);
  await expect(answered(second)).toBeVisible();
  await expect(line).toHaveCount(0);
  await expect(answered(page)).toBeVisible();
});
