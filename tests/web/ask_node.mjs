/**
 * node ask_node.mjs WEB_FOLDER < CALLS: answers of the JavaScript runtime, in JSON.
 *
 * CALLS is a list of {bundle, load?, entries?, resolve?: [query, options], suggest?: [text, options],
 * explain?: [query, options], batch?: [queries, options], changes?: [[method, ...arguments], ...]}, options as in JavaScript, or
 * {encoder: FOLDER, encode: [text, ...]}; `entries` are the arguments of withEntries, `changes` calls of what that gives, before
 * the request. An error is answered with its class and message.
 */

import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const runtime = (name) => import(pathToFileURL(join(process.argv[2], "edge-er", name)).href);
const { EntityResolver } = await runtime("node.js");
const loaded = new Map();

function load(bundle, options) {
  const key = JSON.stringify([bundle, options]);
  if (!loaded.has(key)) loaded.set(key, EntityResolver.load(bundle, options));
  return loaded.get(key);
}

/** Vectors of texts by the encoder of a folder. */
async function encoded(folder, texts) {
  const { Encoder } = await runtime("encoder/encoder.js");
  const { CanonicalText } = await runtime("text/canonical.js");
  const read = async (file) => [file, await readFile(join(folder, file))];
  const files = new Map(await Promise.all(["encoder.onnx", "tokenizer.json", "encoder.json"].map(read)));
  const { TABLES } = await runtime("data/tables.js");
  const encoder = new Encoder(files, new CanonicalText(TABLES.unicode));
  return texts.map((each) => Array.from(encoder.encodeIds(encoder.tokenIds(each))));
}

async function answer({ bundle, load: options, entries, changes = [], selftest, encoder, encode, ...request }) {
  const { resolve, suggest, explain, batch, entities, saved } = request;
  try {
    if (encode) return await encoded(encoder, encode);
    let resolver = await load(bundle, options);
    if (entries) resolver = resolver.withEntries(...entries);
    for (const [method, ...values] of changes) resolver[method](...values);
    if (resolve) return resolver.resolve(...resolve);
    if (suggest) return resolver.suggest(...suggest);
    if (explain) return resolver.explain(...explain);
    if (batch) return resolver.resolveBatch(...batch);
    if (entities) return [...resolver.entities].slice(...entities);
    if (saved) return { own: resolver.ownEntries, popularity: resolver.popularity, saved: resolver.save() };
    return selftest ? resolver.selftest() : { name: resolver.name, lang: resolver.lang, report: resolver.report };
  } catch (error) {
    return { error: error.name, message: error.message };
  }
}

const answers = [];
for (const call of JSON.parse(await text(process.stdin))) answers.push(await answer(call));
console.log(JSON.stringify(answers));
