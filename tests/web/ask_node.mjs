/**
 * node ask_node.mjs WEB_FOLDER < CALLS: answers of the JavaScript runtime, in JSON.
 *
 * CALLS is a list of {bundle, load?, entries?, resolve?: [query, options], explain?: [query, topK]}, options as in
 * JavaScript; an error is answered with its class and message.
 */

import { text } from "node:stream/consumers";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const { EntityResolver } = await import(pathToFileURL(join(process.argv[2], "edge-er", "index.js")).href);
const loaded = new Map();

function load(bundle, options) {
  const key = JSON.stringify([bundle, options]);
  if (!loaded.has(key)) loaded.set(key, EntityResolver.load(pathToFileURL(bundle), options));
  return loaded.get(key);
}

async function answer({ bundle, load: options, entries, resolve, explain, selftest }) {
  try {
    let resolver = await load(bundle, options);
    if (entries) resolver = resolver.withEntries(entries);
    if (resolve) return resolver.resolve(...resolve);
    if (explain) return resolver.explain(...explain);
    return selftest ? resolver.selftest() : { name: resolver.name, lang: resolver.lang, report: resolver.report };
  } catch (error) {
    return { error: error.name, message: error.message };
  }
}

const answers = [];
for (const call of JSON.parse(await text(process.stdin))) answers.push(await answer(call));
console.log(JSON.stringify(answers));
