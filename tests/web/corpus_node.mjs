/** node corpus_node.mjs WEB_FOLDER FOLDER: what each bundle in FOLDER ends in, as JSON {name: {error, ours}}. */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [web, folder] = process.argv.slice(2);
const { EntityResolver, EdgeERError } = await import(pathToFileURL(join(web, "edge-er", "node.js")).href);
const found = {};
for (const name of (await readdir(folder)).sort()) {
  try {
    const resolver = await EntityResolver.load(join(folder, name));
    for (const request of ["pon la cadena ser", "los cuarenta", "zzz", "🎵", ""]) {
      resolver.resolve(request);
      resolver.explain(request);
      resolver.suggest(request);
    }
    found[name] = { error: null };
  } catch (error) {
    found[name] = { error: `${error.name}: ${error.message}`, ours: error instanceof EdgeERError };
  }
}
console.log(JSON.stringify(found));
