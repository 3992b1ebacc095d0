/**
 * node peers_web.mjs node WEB_FOLDER BUNDLE ROUNDS < QUERIES       asks in Node
 * node peers_web.mjs CHROMIUM ADDRESS BUNDLE ROUNDS < QUERIES      asks in Chromium
 *
 * QUERIES is a list; the first answers and their milliseconds come as JSON.
 */

import { text } from "node:stream/consumers";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { firstAnswers } from "../runtimes/web_measure.mjs";

const [where, web, name, rounds] = process.argv.slice(2);
const queries = JSON.parse(await text(process.stdin));

if (where === "node") {
  const runtime = await import(pathToFileURL(join(web, "edge-er", "node.js")).href);
  const bundle = pathToFileURL(join(web, "bundles", name));
  console.log(JSON.stringify(await firstAnswers(runtime, bundle, queries, Number(rounds))));
} else {
  const { launch, open } = await import("../../tests/web/browser.mjs");
  const browser = await launch(where);
  const page = await open(await browser.newContext(), web);
  console.log(JSON.stringify(await page.evaluate(inPage, { name, queries, rounds: Number(rounds) })));
  await browser.close();
}

/** Runs in the page, where modules and bundles have addresses. */
async function inPage({ name, queries, rounds }) {
  const address = (path) => new URL(path, location).href;
  const { firstAnswers } = await import(address("web_measure.mjs"));
  return firstAnswers(await import(address("edge-er/index.js")), `bundles/${name}`, queries, rounds);
}
