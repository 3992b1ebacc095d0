/**
 * node trust_node.mjs WEB_FOLDER WORK_FOLDER: what pins, signatures, bounds and replaced bundles end in, as JSON {case: error
 * name, or an answer}. WORK_FOLDER is what `tests/signed_bundles.py` writes.
 */

import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [web, work] = process.argv.slice(2);
const golden = work;
const { EntityResolver } = await import(pathToFileURL(join(web, "edge-er", "node.js")).href);
const found = {};
const key = await readFile(join(golden, "key.pub"), "utf8");
const other = await readFile(join(golden, "other_key.pub"), "utf8");

async function attempt(what, run) {
  try {
    found[what] = await run();
  } catch (error) {
    found[what] = `${error.name}: ${error.message}`;
  }
}

const load = async (path, options) => (await EntityResolver.load(path, options)).resolve("kiss fm").best?.id ?? null;
const signed = join(golden, "signed.zip");
await attempt("signed", () => load(signed, { trustedKeys: [other, key] }));
await attempt("signed from bytes", async () =>
  (await EntityResolver.fromZip(await readFile(signed), { trustedKeys: key })).resolve("kiss fm").best.id,
);
await attempt("another key", () => load(signed, { trustedKeys: [other] }));
await attempt("signed by another", () => load(join(golden, "other_key.zip"), { trustedKeys: [key] }));
await attempt("unsigned", () => load(join(golden, "unsigned.zip"), { trustedKeys: [key] }));
await attempt("no key", () => load(signed, { trustedKeys: ["nonsense"] }));
await attempt("no keys", () => load(signed, { trustedKeys: [] }));
const { manifest } = await EntityResolver.load(signed);
await attempt("pinned", () => load(signed, { sha256: manifest.manifest_sha256 }));
await attempt("another pin", () => load(signed, { sha256: "0".repeat(64) }));
await attempt("no pin", () => load(signed, { sha256: "x" }));

// A forged value: the manifest is sealed again, and its signature is another's.
const { createHash } = await import("node:crypto");
await cp(join(work, "signed"), join(work, "forged"), { recursive: true });
const text = await readFile(join(work, "forged", "manifest.json"), "utf8");
const blank = text.replace(/"name": "tiny_es"/, '"name": "tiny_ex"').replace(/("manifest_sha256": ")\w+/, `$1${"0".repeat(64)}`);
const seal = createHash("sha256").update(blank).digest("hex");
await writeFile(join(work, "forged", "manifest.json"), blank.replace("0".repeat(64), seal));
await attempt("sealed again", () => load(join(work, "forged")));
await attempt("forged", () => load(join(work, "forged"), { trustedKeys: [key] }));

// Bounds.
const resolver = await EntityResolver.load(join(work, "b"));
const ids = (text) => resolver.resolve(text).matches.map(({ id, score }) => `${id} ${score}`).join();
const filler = `${"zz ".repeat(333)}x`;
found["after the bound"] = ids(`${filler} pon la cadena ser`) === ids(filler);
found["a long text"] = ids(`cadena ser ${"zz ".repeat(100000)}`) === ids(`cadena ser ${"zz ".repeat(500)}`);
found["a long text, suggested"] = resolver.suggest(`${filler} cadena`).length === resolver.suggest(filler).length;
await attempt("64 texts", () => resolver.resolve(null, { nbest: Array(64).fill("kiss fm") }).best.id);
await attempt("65 texts", () => resolver.resolve(null, { nbest: Array(65).fill("kiss fm") }));
await attempt("texts without end", () => resolver.resolve(null, { nbest: (function* () { for (;;) yield "a"; })() }));
await attempt("weights", () => resolver.resolve(null, { nbest: [["a", 1e308], ["b", 1e308]] }));
const many = Array.from({ length: 1000 }, (_, i) => `X${i}`);
await attempt("1,000 values", () => resolver.resolve("kiss fm", { where: { country: [...many, ...many] } }).matches.length);
await attempt("1,001 values", () => resolver.resolve("kiss fm", { where: { country: [...many, "ES"] } }));
await attempt("a long alias", () => resolver.withEntries([{ name: "a", aliases: ["b".repeat(1001)] }]));

async function damaged(what, change) {
  const place = join(work, what.replaceAll(" ", "_"));
  await cp(join(work, "b"), place, { recursive: true });
  await change(place);
  await attempt(what, () => load(place));
}
await damaged("a huge manifest", (place) => writeFile(join(place, "manifest.json"), " ".repeat(4000001)));
await damaged("a deep manifest", (place) => writeFile(join(place, "manifest.json"), "[".repeat(200000)));
await damaged("a longer file", (place) => writeFile(join(place, "vectors.safetensors"), "x".repeat(100000)));
await damaged("a folder for a file", async (place) => {
  await rm(join(place, "encoder.json"));
  await mkdir(join(place, "encoder.json"));
});

// Replaced while it is loaded.
await damaged("between two renames", (place) => rename(place, place.replace(/([^/]+)$/, ".$1.previous")));
for (let round = 0; round < 2; round++) {
  const place = join(work, `swapped${round}`);
  await cp(join(work, "b"), place, { recursive: true });
  await cp(join(work, "other"), `${place}.new`, { recursive: true });
  const loading = Array.from({ length: 8 }, () => EntityResolver.load(place).then((one) => `${one.entities.length} ${one.manifest.counts.entities}`));
  await rename(place, place.replace(/([^/]+)$/, ".$1.previous"));
  await rename(`${place}.new`, place);
  await rm(place.replace(/([^/]+)$/, ".$1.previous"), { recursive: true });
  await attempt(`replaced ${round}`, async () => [...new Set(await Promise.all(loading))].sort().join());
}
await attempt("nothing", () => load(join(work, "nothing")));

// A personal file.
const mine = resolver.withEntries([{ id: "c-1", name: "Mum" }], { "es-4": 3 });
found.saved = mine.save();
await attempt("read again", () => resolver.withEntries(found.saved).resolve("call mum").matches[0].id);
await attempt("cut", () => resolver.withEntries(found.saved.slice(0, -5)));
console.log(JSON.stringify(found));
