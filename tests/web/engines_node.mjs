/**
 * node engines_node.mjs WEB_FOLDER GOLDEN_FOLDER BUNDLE...: what the kernels answer beside plain JavaScript, as JSON.
 *
 * `vectors` are those of the golden requests by the kernels, in hexadecimal, for Python to compare.
 */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [web, golden, ...bundles] = process.argv.slice(2);
const { EntityResolver } = await import(pathToFileURL(join(web, "edge-er", "node.js")).href);
const rows = [];
for (const name of ["requests.jsonl", "nbest.jsonl"]) {
  for (const line of (await readFile(join(golden, name), "utf8")).split("\n")) if (line) rows.push(JSON.parse(line));
}
const found = { asked: 0, differences: [], largest: 0, steps: 0, vectors: {} };

function compare(what, one, other) {
  found.asked += 1;
  const same = (key) => JSON.stringify(one[key]) === JSON.stringify(other[key]);
  const firsts = [one, other].map(({ matches }) => matches.map(({ id }) => id).join());
  if (!same("decision") || !same("tied") || firsts[0] !== firsts[1]) found.differences.push([what, firsts]);
  one.matches.forEach(({ confidence, score }, place) => {
    const their = other.matches[place] ?? { confidence: NaN, score: NaN };
    found.largest = Math.max(found.largest, Math.abs(confidence - their.confidence));
  });
}

for (const bundle of bundles) {
  const [kernels, plain] = await Promise.all(
    ["wasm", "javascript"].map((engine) => EntityResolver.load(pathToFileURL(bundle), { engine })),
  );
  const { name, manifest } = kernels;
  const some = Array.from(kernels.entities, ({ id }) => id).filter((_, place) => place % 3 === 0);
  const own = [{ name: "Gym mix 3" }, { id: some[0], name: "the breakfast station", aliases: ["la radio del desayuno"] }];
  const mine = [kernels, plain].map((each) => each.withEntries(own, { [some[1]]: 5 }));
  found.vectors[name] = [];
  for (const row of rows.filter((each) => each.bundle === name)) {
    const request = row.nbest ? [null, { nbest: row.nbest }] : [row.query, {}];
    for (const options of [{}, { topK: 40 }, { ids: some }, { typed: true }]) {
      const [query, given] = request;
      const what = [name, row.query ?? row.nbest, options];
      compare(what, kernels.resolve(query, { ...given, ...options }), plain.resolve(query, { ...given, ...options }));
      compare([...what, "own"], ...mine.map((each) => each.resolve(query, { ...given, ...options })));
    }
    if (row.nbest) continue;
    const ids = kernels.encoder.tokenIds(row.query);
    found.vectors[name].push([row.query, Buffer.from(kernels.encoder.encodeIds(ids).buffer).toString("hex")]);
    const [ours, theirs] = [kernels, plain].map(({ encoder }) => encoder.vector(ids, manifest.index.scale));
    found.steps += ours.filter((value, at) => value !== theirs[at]).length;
  }
  // A request longer than any before, then short ones: memory has grown in between.
  for (const query of [`${"radio ".repeat(160)}x`, "radio", ""]) compare([name, query.slice(0, 9)], kernels.resolve(query), plain.resolve(query));
}
console.log(JSON.stringify(found));
