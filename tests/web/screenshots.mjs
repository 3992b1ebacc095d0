/** node screenshots.mjs CHROMIUM ADDRESS FOLDER: pictures of the page, desktop and phone, for the documentation. */

import { join } from "node:path";
import { launch, open, ready } from "./browser.mjs";

const [executable, address, folder] = process.argv.slice(2);
const SHOTS = {
  desktop: {
    options: { viewport: { width: 1200, height: 900 }, locale: "en-GB" },
    query: "play bbc radio four please",
    fullPage: true,
  },
  phone: {
    options: {
      viewport: { width: 360, height: 780 },
      deviceScaleFactor: 1.5,
      isMobile: true,
      hasTouch: true,
      locale: "es-ES",
      colorScheme: "dark",
    },
    query: "quiero oir cadena cer",
  },
};

const browser = await launch(executable);
for (const [name, { options, query, fullPage = false }] of Object.entries(SHOTS)) {
  const context = await browser.newContext(options);
  const page = await open(context, address);
  await ready(page);
  for (let time = 0; time < 10; time++) {
    await page.fill("#query", "");
    await page.type("#query", query, { delay: 5 }); // typed several times, so that the time shown is a warm one
  }
  await page.waitForTimeout(1500);
  await page.screenshot({ path: join(folder, `web-${name}.png`), fullPage });
  await context.close();
}
await browser.close();
