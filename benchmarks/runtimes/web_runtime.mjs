/**
 * node web_runtime.mjs node WEB_FOLDER < JOBS          measures in Node
 * node web_runtime.mjs CHROMIUM ADDRESS [ORT] < JOBS   measures in Chromium; ORT: address of onnxruntime-web's module
 *
 * JOBS is {bundle: queries}; the findings come as JSON {bundle: {engine: ...}}.
 */

import { text } from "node:stream/consumers";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ENGINES, measure } from "./web_measure.mjs";

const [where, web, ort] = process.argv.slice(2);
const jobs = Object.entries(JSON.parse(await text(process.stdin)));
const found = {};

if (where === "node") {
  const runtime = await import(pathToFileURL(join(web, "edge-er", "node.js")).href);
  for (const [name, queries] of jobs) {
    found[name] = {};
    for (const engine of ENGINES) {
      found[name][engine] = await measure(runtime, pathToFileURL(join(web, "bundles", name)), queries, engine);
    }
  }
} else {
  const { launch, open, ready } = await import("../../tests/web/browser.mjs");
  const browser = await launch(where);
  const context = await browser.newContext({ bypassCSP: true }); // for onnxruntime-web
  for (const [name, queries] of jobs) {
    found[name] = {};
    for (const engine of ENGINES) {
      const page = await open(context, web); // a page of its own, so that nothing is warm
      await ready(page);
      found[name][engine] = await page.evaluate(inPage, { name, queries, engine, ort });
      found.agent = await page.evaluate(() => navigator.userAgent);
      await page.close();
    }
  }
  await browser.close();
}
console.log(JSON.stringify(found));

/** Runs in the page, where modules and bundles have addresses. */
async function inPage({ name, queries, engine, ort }) {
  const address = (path) => new URL(path, location).href;
  const { measure, measureOnnx } = await import(address("web_measure.mjs"));
  const runtime = await import(address("edge-er/index.js"));
  const found = await measure(runtime, `bundles/${name}`, queries, engine);
  if (ort) {
    const resolver = await runtime.EntityResolver.load(`bundles/${name}`);
    const tokens = queries.slice(0, 500).map((query) => resolver.encoder.tokenIds(query));
    found.onnxruntime = await measureOnnx(await import(address(ort)), address(`bundles/${name}/encoder.onnx`), tokens);
  }
  return found;
}
