/**
 * What a program does that installed the package: node consumer.mjs BUNDLE ZIP OUT, or another engine with `given`.
 *
 * In Node it loads from a path, from files and from a zip, and keeps own entries in the file OUT; prints JSON.
 */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { BundleNotFoundError, EntityResolver, writeWhole } from "edge-er";

const [bundle, zip, out] = process.argv.slice(2);
const queries = ["pon la cadena ser", "onda zero", "asdf qwer zxcv"];
const files = {};
for (const name of await readdir(bundle)) files[name] = await readFile(join(bundle, name));
const loaded = {
  path: await EntityResolver.load(bundle),
  "path of a zip": await EntityResolver.load(zip),
  files: await EntityResolver.fromFiles(files),
  "map of files": await EntityResolver.fromFiles(new Map(Object.entries(files))),
  zip: await EntityResolver.fromZip(await readFile(zip)),
};
const answers = {};
for (const [way, resolver] of Object.entries(loaded)) answers[way] = resolver.resolveBatch(queries, { topK: 2 });

const mine = loaded.zip.withEntries([{ name: "Gym mix 3" }], { nobody: 2 });
await writeWhole(out, mine.save());
const again = loaded.path.withEntries(await readFile(out, "utf8"));
const own = again.resolve("pon gym mix 3").best.name;
const errors = [];
for (const load of [() => EntityResolver.load(join(bundle, "nothing")), () => EntityResolver.fromFiles({})]) {
  await load().catch((error) => errors.push(error instanceof BundleNotFoundError));
}
console.log(JSON.stringify({ answers, own, errors, entities: loaded.zip.entities.length, last: loaded.zip.entities.at(-1).id }));
