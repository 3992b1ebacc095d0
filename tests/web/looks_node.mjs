/**
 * node looks_node.mjs CHROMIUM: pages as screens of several widths show them, light and dark, with larger text.
 *
 * Standard input is JSON {pages: {NAME: {address, query?, click?, locale?}}, widths, schemes, scales, pictures?}. A page
 * with a `query` is the demo: the query is typed once its catalog is there, "" leaves it as loaded. `click` has selectors.
 * `pictures` is a folder for a picture of each look. Output is JSON {NAME: [{width, scheme, scale, violations, sideways,
 * small}]}: what axe-core finds, by how many pixels the page is wider than the screen, and what is smaller than a finger.
 */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { launch, open, ready, shown } from "./browser.mjs";

const FINGER = 44; // pixels
const HEIGHT = 780;
const PHONE = 500; // pixels: what is narrower is a phone
const LIMIT_MS = 120_000; // of one step, on a busy machine
const SETTLED = 900; // milliseconds: until a page has drawn everything and said its answer

const { pages, widths, schemes, scales, pictures } = JSON.parse(await text(process.stdin));
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await launch(process.argv[2]);

/** Bring a page to what is to be looked at. */
async function prepare(page, { query, click = [] }) {
  if (query !== undefined) {
    await ready(page);
    await page.fill("#query", query);
    await shown(page);
  }
  await page.waitForTimeout(SETTLED);
  for (const selector of click) await page.locator(selector).first().click();
}

/** What axe-core finds. */
const violations = (page) =>
  page.evaluate(async () =>
    (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
  );

/** Controls that are smaller than a finger; a link within a text may be. */
const small = (page) =>
  page.evaluate((finger) => {
    const controls = document.querySelectorAll("button, summary, select, textarea, input, label:has(input), nav a");
    return Array.from(controls)
      .filter((each) => !each.matches("label input") && each.checkVisibility())
      .map((each) => [each, each.getBoundingClientRect()])
      .filter(([, box]) => Math.min(box.width, box.height) < finger - 0.01)
      .map(([each, box]) => `${each.outerHTML.slice(0, 80)}: ${Math.round(box.width)} x ${Math.round(box.height)}`);
  }, FINGER);

async function look(name, asked, { width, scheme, scale }) {
  const phone = width < PHONE;
  const context = await browser.newContext({
    viewport: { width, height: HEIGHT },
    colorScheme: scheme,
    locale: asked.locale ?? "en-GB",
    isMobile: phone,
    hasTouch: phone,
    deviceScaleFactor: phone ? 2 : 1,
    bypassCSP: true, // of what is added to the page here
  });
  context.setDefaultTimeout(LIMIT_MS);
  try {
    const page = await open(context, asked.address);
    if (scale !== 1) await page.addStyleTag({ content: `html { font-size: ${100 * scale}% !important; }` });
    await page.addStyleTag({ content: "* { content-visibility: visible !important; }" }); // what is below the screen, too
    await prepare(page, asked);
    await page.addScriptTag({ content: axe });
    const found = {
      width,
      scheme,
      scale,
      violations: await violations(page),
      sideways: await page.evaluate((wide) => document.documentElement.scrollWidth - wide, width),
      small: await small(page),
    };
    const file = `${name}-${width}-${scheme}${scale === 1 ? "" : `-${100 * scale}`}.png`.replaceAll(/[^\w.-]+/g, "-");
    if (pictures) await page.screenshot({ path: join(pictures, file), fullPage: true });
    return found;
  } finally {
    await context.close();
  }
}

const found = {};
for (const [name, asked] of Object.entries(pages)) {
  found[name] = [];
  for (const width of widths)
    for (const scheme of schemes)
      for (const scale of scales) found[name].push(await look(name, asked, { width, scheme, scale }));
}
await browser.close();
console.log(JSON.stringify(found));
