/** node child.mjs WORK WEB_FOLDER: a case a line from standard input, its verdict a line on standard output; see children.py. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [work, web] = process.argv.slice(2);
const { EntityResolver, EdgeERError } = await import(pathToFileURL(join(web, "edge-er", "node.js")).href);
const ASKED = ["pon la cadena ser", "los cuarenta", "kiss fm", "zzz", "🎵", ""];
const LONGEST = 1000; // characters of an answer or an error
const kept = new Map();
let loaded = false; // in this case; what is refused afterwards is refused too late

const shown = ({ decision, matches }) =>
  `${decision}[${matches.map(({ id, score, name }) => `${id} ${score.toFixed(4)}${name}`)}];`.replace(/\s+/g, " ");
// UTF-16 in base 64, for texts may have halves of characters.
const decoded = (text) => Buffer.from(text, "base64").toString("utf16le");

/** What a resolver answers to the first request, where many cases are asked. */
function few(resolver) {
  resolver.suggest(ASKED[0]);
  return shown(resolver.resolve(ASKED[0]));
}

function asked(resolver) {
  let all = "";
  for (const request of ASKED) {
    all += shown(resolver.resolve(request));
    resolver.explain(request);
    resolver.suggest(request);
  }
  try {
    resolver.selftest();
  } catch (error) {
    if (!(error instanceof EdgeERError)) throw error;
    all += " "; // other golden answers
  }
  return all;
}

function ask(resolver, { where, ids, suggest, nbest, resolve }) {
  if (suggest) return `${resolver.suggest(decoded(suggest[0]).repeat(suggest[1]), { where, ids }).length} suggestions`;
  if (nbest) return shown(resolver.resolve(null, { nbest: nbest.map(decoded), where, ids }));
  return shown(resolver.resolve(decoded(resolve[0]).repeat(resolve[1]), { where, ids }));
}

async function run(given) {
  const { sha256, keys, place, keep } = given;
  loaded = false;
  let resolver = keep ? kept.get(place) : undefined;
  if (!resolver) {
    resolver = await EntityResolver.load(join(work, place), { sha256, trustedKeys: keys });
    if (keep) kept.set(place, resolver);
  }
  if (given.personal) {
    const mine = resolver.withEntries(readFileSync(join(work, given.personal), "utf8"));
    mine.resolve("call mum");
    const again = resolver.withEntries(mine.save());
    return again.ownEntries.length === mine.ownEntries.length ? "same" : "other";
  }
  if (given.ask) {
    try {
      return ask(resolver, given.ask);
    } catch (error) {
      // of an argument, as this library documents
      if (error.constructor === TypeError || error.constructor === RangeError) throw new EdgeERError(error.message);
      throw error;
    }
  }
  loaded = true;
  if (given.load) return "";
  return given.few ? few(resolver) : asked(resolver);
}

/** Makes the changes; what undoes them. */
function changed(changes) {
  return changes.map(({ file, cut, flip, by, data }) => {
    const path = join(work, file);
    let before = Buffer.alloc(0);
    try {
      before = readFileSync(path);
    } catch {
      // a new file
    }
    let other = Buffer.from(before);
    if (cut !== undefined) other = before.subarray(0, cut);
    else if (flip !== undefined) other[flip] ^= by;
    else other = Buffer.from(data, "base64");
    writeFileSync(path, other);
    return () => writeFileSync(path, before);
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const given = JSON.parse(line);
  const undo = changed(given.change ?? []);
  let began = process.hrtime.bigint();
  let verdict, text;
  try {
    text = await run(given);
    verdict = "answered";
  } catch (error) {
    verdict = !(error instanceof EdgeERError) ? "foreign" : loaded ? "late" : "refused";
    text = `${error?.name}: ${error?.message}`.replace(/\s+/g, " ");
  }
  const took = process.hrtime.bigint() - began;
  for (const each of undo) each();
  process.stdout.write(`${verdict}\t${text.slice(0, LONGEST)}\t${took}\n`);
}
