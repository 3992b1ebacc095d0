/**
 * node ask_node.mjs WEB_FOLDER < CALLS: answers of the JavaScript runtime, in JSON.
 *
 * CALLS is a list of {bundle, load?, entries?, resolve?: [query, options], suggest?: [text, options],
 * explain?: [query, topK]}, options as in JavaScript, or {encoder: FOLDER, encode: [text, ...]}; an error is answered with its class and message.
 */

import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const runtime = (name) => import(pathToFileURL(join(process.argv[2], "edge-er", name)).href);
const { EntityResolver } = await runtime("index.js");
const loaded = new Map();

function load(bundle, options) {
  const key = JSON.stringify([bundle, options]);
  if (!loaded.has(key)) loaded.set(key, EntityResolver.load(pathToFileURL(bundle), options));
  return loaded.get(key);
}

/** Vectors of texts by the encoder of a folder. */
async function encoded(folder, texts) {
  const { Encoder } = await runtime("encoder.js");
  const { Normalizer } = await runtime("normalize.js");
  const read = async (file) => [file, await readFile(join(folder, file))];
  const files = new Map(await Promise.all(["encoder.onnx", "tokenizer.json", "encoder.json"].map(read)));
  const table = await readFile(join(process.argv[2], "edge-er", "data", "unicode.txt"), "utf8");
  const encoder = new Encoder(files, new Normalizer(table));
  return texts.map((each) => Array.from(encoder.encodeIds(encoder.tokenIds(each))));
}

async function answer({ bundle, load: options, entries, resolve, suggest, explain, selftest, encoder, encode }) {
  try {
    if (encode) return await encoded(encoder, encode);
    let resolver = await load(bundle, options);
    if (entries) resolver = resolver.withEntries(entries);
    if (resolve) return resolver.resolve(...resolve);
    if (suggest) return resolver.suggest(...suggest);
    if (explain) return resolver.explain(...explain);
    return selftest ? resolver.selftest() : { name: resolver.name, lang: resolver.lang, report: resolver.report };
  } catch (error) {
    return { error: error.name, message: error.message };
  }
}

const answers = [];
for (const call of JSON.parse(await text(process.stdin))) answers.push(await answer(call));
console.log(JSON.stringify(answers));
