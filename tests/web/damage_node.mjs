/**
 * node damage_node.mjs WEB_FOLDER BUNDLE_FOLDER BUNDLE_ZIP OTHER_ZIP: what damaged bundles end in, as JSON
 * {case: {error, message}}. OTHER_ZIP is made by another tool.
 *
 * Bundles are served from memory: some with bytes lost or changed, some wrong in themselves, with right checksums.
 */

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";

const [web, folder, zip, packed] = process.argv.slice(2);
const whole = new Map();
for (const name of await readdir(folder)) whole.set(name, await readFile(join(folder, name)));
const zipped = await readFile(zip);
const found = {};

let served = new Map();
globalThis.fetch = async (url) => {
  const data = served.get(new URL(url).pathname.slice(1));
  return data ? new Response(data) : new Response("not here", { status: 404 });
};
const { EntityResolver, EdgeERError } = await import(pathToFileURL(join(web, "edge-er", "index.js")).href);

async function attempt(what, files, path = "b") {
  served = new Map([...files].map(([name, data]) => [files === whole || path === "b" ? `b/${name}` : name, data]));
  try {
    const resolver = await EntityResolver.load(`http://bundle.test/${path}`);
    resolver.resolve("radio maria");
    found[what] = { error: null };
  } catch (error) {
    found[what] = { error: error.name, ours: error instanceof EdgeERError, message: error.message };
  }
}

let seed = 7;
/** The same random whole numbers below `limit` in every run (Park and Miller). */
function random(limit) {
  seed = (seed * 48271) % 2147483647;
  return seed % limit;
}

const cut = (data, size) => data.subarray(0, size);
function flipped(data, at) {
  const copy = Buffer.from(data);
  copy[at] ^= 1 << random(8);
  return copy;
}
const changed = (name, data) => new Map(whole).set(name, data);
const without = (name) => new Map([...whole].filter(([file]) => file !== name));
const sha256 = (data) => createHash("sha256").update(data).digest("hex");

/** A bundle with other contents, whose manifest says so. */
function sealed(files, change = () => {}) {
  const all = new Map([...whole, ...files]);
  const manifest = JSON.parse(all.get("manifest.json"));
  for (const name of Object.keys(manifest.files)) {
    const data = all.get(name);
    manifest.files[name] = { size: data.length, sha256: sha256(data) };
  }
  change(manifest);
  manifest.manifest_sha256 = "0".repeat(64);
  const text = JSON.stringify(manifest, null, 1);
  const digits = sha256(Buffer.from(text));
  return all.set("manifest.json", Buffer.from(text.replace("0".repeat(64), digits)));
}

await attempt("whole", whole);
await attempt("whole, sealed again", sealed([]));
await attempt("whole zip", new Map([["b.zip", zipped]]), "b.zip");
const other = await readFile(packed);
await attempt("zip of another tool", new Map([["b.zip", other]]), "b.zip");
for (let time = 0; time < 20; time++) {
  await attempt(`other zip cut ${time}`, new Map([["b.zip", cut(other, random(other.length))]]), "b.zip");
  await attempt(`maybe other zip flipped ${time}`, new Map([["b.zip", flipped(other, random(other.length))]]), "b.zip");
}
await attempt("no bundle", new Map());
await attempt("no zip", new Map(), "b.zip");
await attempt("another page", changed("manifest.json", Buffer.from("<!doctype html><title>404</title>")));

for (const [name, data] of whole) {
  await attempt(`${name} missing`, without(name));
  await attempt(`${name} empty`, changed(name, Buffer.alloc(0)));
  for (let time = 0; time < 4; time++) {
    await attempt(`${name} cut ${time}`, changed(name, cut(data, random(data.length))));
    await attempt(`${name} flipped ${time}`, changed(name, flipped(data, random(data.length))));
  }
}
for (let time = 0; time < 40; time++) {
  const size = time < 20 ? time * 6 : random(zipped.length);
  await attempt(`zip cut ${time}`, new Map([["b.zip", cut(zipped, size)]]), "b.zip");
  await attempt(`zip flipped ${time}`, new Map([["b.zip", flipped(zipped, random(zipped.length))]]), "b.zip");
}
for (const file of [
  "encoder.onnx",
  "vectors.safetensors",
  "tokenizer.json",
  "encoder.json",
  "entities.jsonl.gz",
  "streams.jsonl",
]) {
  const data = whole.get(file);
  for (let time = 0; time < 6; time++) {
    const size = time < 3 ? time * 4 : random(data.length);
    await attempt(`sealed ${file} cut ${time}`, sealed([[file, cut(data, size)]]));
  }
}
for (let time = 0; time < 24; time++) {
  const graph = whole.get("encoder.onnx");
  await attempt(
    `maybe encoder.onnx flipped ${time}`,
    sealed([["encoder.onnx", flipped(graph, graph.length - 1 - random(graph.length >> (time % 8)))]]),
  );
  const vectors = whole.get("vectors.safetensors");
  await attempt(
    `maybe vectors.safetensors flipped ${time}`,
    sealed([["vectors.safetensors", flipped(vectors, random(160))]]),
  );
}

const lines = gunzipSync(whole.get("entities.jsonl.gz")).toString().split("\n");
const entities = (text) => [["entities.jsonl.gz", gzipSync(Buffer.from(text))]];
const card = (change) => [
  ["encoder.json", Buffer.from(JSON.stringify({ ...JSON.parse(whole.get("encoder.json")), ...change }))],
];
const wrong = {
  "newer format": sealed([], (manifest) => (manifest.format_version = 3)),
  "word scores in format 1": sealed([], (manifest) => ((manifest.rerank.words = 16), (manifest.format_version = 1))),
  "numbers in format 1": sealed([], (manifest) => ((manifest.rerank.numbers = 2), (manifest.format_version = 1))),
  "approximate index": sealed([], (manifest) => (manifest.index.kind = "ivf")),
  "index of a large catalog": sealed([], (manifest) => (manifest.index.kind = "faiss")),
  "file of a large catalog": sealed([["index.faiss", Buffer.from("x")]], (manifest) => {
    manifest.files["index.faiss"] = { size: 1, sha256: sha256(Buffer.from("x")) };
  }),
  "a head that is not there": sealed([], (manifest) => (manifest.rerank.head = 5)),
  "unknown file": sealed([], (manifest) => (manifest.files["new.bin"] = { size: 1, sha256: "0".repeat(64) })),
  "path outside": sealed([], (manifest) => (manifest.files["../secret"] = { size: 1, sha256: "0".repeat(64) })),
  "file not listed": sealed([], (manifest) => delete manifest.files["vectors.safetensors"]),
  "no files": sealed([], (manifest) => delete manifest.files),
  "no lang": sealed([], (manifest) => delete manifest.lang),
  "scale 0": sealed([], (manifest) => (manifest.index.scale = 0)),
  "other dim": sealed([], (manifest) => (manifest.index.dim = 32)),
  "weight below 0": sealed([], (manifest) => (manifest.rerank.heard = -1)),
  "weight of letter_match": sealed([], (manifest) => (manifest.rerank.letter_match = 5)),
  "weight of letter_edit": sealed([], (manifest) => (manifest.rerank.letter_edit = 0.5)),
  "weight of sound_match": sealed([], (manifest) => (manifest.rerank.sound_match = null)),
  "weight of sound_edit": sealed([], (manifest) => (manifest.rerank.sound_edit = "much")),
  "weight of an unknown sign": sealed([], (manifest) => (manifest.calibration.reranked.weights = { luck: 1 })),
  "temperature 0": sealed([], (manifest) => (manifest.calibration.reranked.temperature = 0)),
  "knots that fall": sealed(
    [],
    (manifest) =>
      (manifest.calibration.reranked.knots = [
        [0, 1],
        [1, 0],
      ]),
  ),
  "no precision": sealed([], (manifest) => (manifest.calibration.reranked.precision = [])),
  "an entity less": sealed(entities(lines.slice(1).join("\n"))),
  "an alias more": sealed(entities([lines[0].replace(/}$/, ',"aliases":["zzz zzz"]}'), ...lines.slice(1)].join("\n"))),
  "entity without a name": sealed(entities([lines[0].replace('"name"', '"nick"'), ...lines.slice(1)].join("\n"))),
  "entity no JSON": sealed(entities([`${lines[0]}}`, ...lines.slice(1)].join("\n"))),
  "popularity a text": sealed(
    entities([lines[0].replace(/}$/, ',"popularity":"much"}'), ...lines.slice(1)].join("\n")),
  ),
  "entities no gzip": sealed([["entities.jsonl.gz", Buffer.from(lines.join("\n"))]]),
  "entities no UTF-8": sealed([["entities.jsonl.gz", gzipSync(Buffer.from([0x7b, 0xff, 0x0a]))]]),
  "streams of others": sealed([["streams.jsonl", Buffer.from('{"id":"x","streams":[]}\n'.repeat(lines.length - 1))]]),
  "card of other size": sealed(card({ dim: 32 })),
  "card of more tokens": sealed(card({ max_tokens: 4800 })),
  "another tokenizer": sealed([["tokenizer.json", Buffer.from('{"model":{"type":"BPE"}}')]]),
  "no vocabulary": sealed([
    [
      "tokenizer.json",
      Buffer.from('{"model":{"type":"WordPiece","vocab":{}},"pre_tokenizer":{"type":"WhitespaceSplit"}}'),
    ],
  ]),
  "another graph": sealed([["encoder.onnx", Buffer.from("3a0012", "hex")]]),
};
for (const [what, files] of Object.entries(wrong)) await attempt(`wrong ${what}`, files);
console.log(JSON.stringify(found));
