/**
 * node resealed_node.mjs WEB_FOLDER < CASES: what changed files end in, as JSON {bundles: [...], personal: [...]}.
 *
 * CASES is {files, bundles, personal}: `files` are those of a bundle by name in base64, each of `bundles` those that are other
 * ones in it, each of `personal` a personal file beside the bundle. An outcome is "answered", or the name of an error of this
 * runtime that came with loading, or anything else with its message, which is a defect.
 */

import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const { EntityResolver, EdgeERError } = await import(pathToFileURL(join(process.argv[2], "edge-er", "index.js")).href);
const REQUESTS = ["pon la cadena ser", "los cuarenta", "zzz", "🎵", "", "x".repeat(3000)];
const ENGINES = ["wasm", "javascript"];

const bytes = (files) => Object.entries(files).map(([name, data]) => [name, Buffer.from(data, "base64")]);

async function bundleOutcome(files, engine) {
  let resolver;
  try {
    resolver = await EntityResolver.fromFiles(files, { engine });
  } catch (error) {
    return error instanceof EdgeERError && error.message.length > 20 ? error.name : `${error.stack}`;
  }
  try {
    JSON.stringify(resolver.report);
    for (const request of REQUESTS) {
      resolver.resolve(request);
      resolver.resolve(request, { topK: 3, typed: true });
      resolver.explain(request);
      resolver.suggest(request);
    }
    const fields = new Set(Array.from(resolver.entities).flatMap(({ metadata }) => Object.keys(metadata)));
    fields.delete("streams");
    for (const field of [...fields].sort().slice(0, 3)) resolver.resolve("kiss fm", { where: { [field]: "x" } });
    resolver.withEntries([{ name: "Mum" }], { "es-1": 3 }).resolve("mum");
  } catch (error) {
    return `at a request: ${error.stack}`;
  }
  try {
    resolver.selftest();
  } catch (error) {
    if (!(error instanceof EdgeERError)) return `selftest: ${error.stack}`; // other golden answers are an error of its own
  }
  return "answered";
}

function personalOutcome(resolver, file) {
  let mine;
  try {
    mine = resolver.withEntries(file);
  } catch (error) {
    return error instanceof EdgeERError ? error.name : `${error.stack}`;
  }
  try {
    mine.resolve("call mum");
    const again = resolver.withEntries(mine.save());
    return JSON.stringify(again.ownEntries) === JSON.stringify(mine.ownEntries) ? "answered" : "saved otherwise";
  } catch (error) {
    return `at a request: ${error.stack}`;
  }
}

const { files, bundles, personal } = JSON.parse(await text(process.stdin));
const whole = bytes(files);
const found = { bundles: [], personal: [] };
for (const [place, other] of bundles.entries()) {
  found.bundles.push(await bundleOutcome(new Map([...whole, ...bytes(other)]), ENGINES[place % 2]));
}
const resolver = await EntityResolver.fromFiles(new Map(whole));
for (const file of personal) found.personal.push(personalOutcome(resolver, Buffer.from(file, "base64").toString()));
console.log(JSON.stringify(found));
