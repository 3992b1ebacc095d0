/**
 * node agreement.mjs RUNTIME_FOLDER JOBS: answers of the JavaScript runtime to files of requests, one bundle after another.
 *
 * JOBS and the files are those of AnswerJobs.java.
 */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, jobs] = process.argv.slice(2);
const runtime = (name) => import(pathToFileURL(join(folder, "edge-er", name)).href);
const { EntityResolver } = await runtime("node.js");
const { quantise } = await runtime("encoder/quantise.js");

const rows = async (file) => (await readFile(file, "utf8")).trimEnd().split("\n").map((line) => JSON.parse(line));

function answer(resolver, { query, typed }) {
  const { matches, decision, tied } = resolver.resolve(query, { typed });
  const { encoder } = resolver;
  const vector = quantise(encoder.encodeIds(encoder.tokenIds(query)), resolver.manifest.index.scale);
  const ids = matches.map(({ id }) => id);
  return { ids, decision, tied, confidence: matches[0]?.confidence ?? 0, vector: Array.from(vector) };
}

for (const { bundle, requests, answers } of await rows(jobs)) {
  const resolver = await EntityResolver.load(pathToFileURL(bundle));
  const found = (await rows(requests)).map((row) => JSON.stringify(answer(resolver, row)));
  await writeFile(answers, `${found.join("\n")}\n`);
  console.error(`JavaScript: ${bundle}`);
}
