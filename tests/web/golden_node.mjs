/** node golden_node.mjs ENGINE WEB_FOLDER GOLDEN_FOLDER BUNDLE...: compares with the golden files, prints findings as JSON. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  checkDefaults,
  checkFeatures,
  checkLexical,
  checkNormalization,
  checkNumbers,
  checkRequests,
  checkSuggestions,
  checkWordRequests,
  checkWords,
  Findings,
  jsonLines,
} from "./golden_check.mjs";

const [engine, web, golden, ...bundles] = process.argv.slice(2);
const runtime = (name) => import(pathToFileURL(join(web, "edge-er", name)).href);
const rows = async (name) => jsonLines(await readFile(join(golden, name), "utf8"));

const [{ EntityResolver }, { quantise }, { isBlank, CanonicalText }] = await Promise.all(
  ["node.js", "encoder/quantise.js", "text/canonical.js"].map(runtime),
);
const RUNTIME = (
  "text/sound_codes text/ngrams text/misrecognition text/carriers text/words text/numbers decision/calibration ranking/evidence decision/equals decision/features ranking/catalog text/canonical text/completions ranking/suggest"
)
  .split(" ")
  .map((name) => `${name}.js`);
const parts = Object.assign({}, ...(await Promise.all(RUNTIME.map(runtime))));
const { TABLES: tables } = await runtime("data/tables.js");

const findings = new Findings();
checkNormalization(await rows("normalization.jsonl"), new CanonicalText(tables.unicode), findings);
checkLexical(await rows("lexical.jsonl"), parts, tables, findings);
checkWords(await rows("words.jsonl"), parts, tables, findings);
checkNumbers(await rows("numbers.jsonl"), parts, tables, findings);
checkSuggestions(await rows("suggest.jsonl"), parts, tables, findings);
checkDefaults(await rows("defaults.jsonl"), parts, tables, findings);
checkFeatures(await rows("features.jsonl"), parts, tables, findings);
checkWordRequests(await rows("word_requests.jsonl"), parts, tables, findings);
for (const bundle of bundles) {
  const resolver = await EntityResolver.load(pathToFileURL(bundle), { engine });
  findings.check("engine", resolver.engine === engine, { found: resolver.engine });
  for (const name of ["requests.jsonl", "nbest.jsonl"]) {
    checkRequests(await rows(name), resolver, { quantise, isBlank }, findings);
  }
  findings.check("selftest", resolver.selftest() === resolver.manifest.golden.length, {});
}
console.log(JSON.stringify(findings));
