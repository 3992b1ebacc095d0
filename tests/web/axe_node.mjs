/**
 * node axe_node.mjs CHROMIUM FILE...: pages of files in a real browser, on a desktop and on a narrow phone, as JSON
 * {file: {width: {violations, sideways}}}; sideways: by how many pixels the page is wider than the screen.
 */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { launch } from "./browser.mjs";

const [executable, ...files] = process.argv.slice(2);
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDTHS = [1280, 320];
const browser = await launch(executable);
const found = {};
for (const file of files) {
  found[file] = {};
  for (const width of WIDTHS) {
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    await page.goto(pathToFileURL(file).href);
    await page.addScriptTag({ content: axe });
    const violations = await page.evaluate(async () =>
      (await globalThis.axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
    );
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    found[file][width] = { violations, sideways };
    await page.close();
  }
}
await browser.close();
console.log(JSON.stringify(found));
