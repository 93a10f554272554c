// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { packIcns, packIco } from './icon-formats.mjs';
import { findChromium } from './setup/chromium.mjs';
import { PACKAGE_ROOT } from './setup/paths.mjs';

/**
 * `node scripts/icons.mjs`: draws the app's icon in every size that a system asks for, from the two drawings in
 * `resources/icons`. The results are kept in the repository; run it again after a change of a drawing.
 */
const FOLDER = path.join(PACKAGE_ROOT, 'resources', 'icons');
const SIZES = [16, 32, 48, 64, 128, 256, 512, 1024];
/** Up to here the plainer drawing is used, whose lines stay lines. */
const SMALL = 48;

const executablePath = findChromium(process.env);
const browser = await chromium.launch({
  ...(executablePath ? { executablePath } : {}),
  args: ['--no-sandbox'],
});
/** @type {Map<number, Buffer>} */
const images = new Map();
try {
  for (const size of SIZES) {
    const drawing = fs.readFileSync(path.join(FOLDER, size <= SMALL ? 'icon-small.svg' : 'icon.svg'), 'utf8');
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    await page.setContent(
      `<style>html,body{margin:0;background:transparent}svg{display:block;width:${size}px;height:${size}px}</style>${drawing}`,
    );
    images.set(size, await page.screenshot({ omitBackground: true }));
    await page.close();
  }
} finally {
  await browser.close();
}
fs.writeFileSync(path.join(FOLDER, 'icon.png'), images.get(512) ?? Buffer.alloc(0));
fs.writeFileSync(path.join(FOLDER, 'icon.ico'), packIco(images));
fs.writeFileSync(path.join(FOLDER, 'icon.icns'), packIcns(images));
console.log(`Drawn into ${path.relative(process.cwd(), FOLDER)}: icon.png, icon.ico, icon.icns.`);
