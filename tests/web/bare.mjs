/**
 * The package bundled for an engine that has nothing but the language: `given` is {zip, queries}, the zip in base64. Answers
 * are printed as JSON.
 */

import { EntityResolver } from "edge-er";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function bytesOf(base64) {
  const text = base64.replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let held = 0;
  for (let at = 0, size = 0; at < text.length; at++) {
    held = ((held << 6) | DIGITS.indexOf(text[at])) & 0xffffff;
    if (at % 4) bytes[size++] = (held >> (6 - 2 * (at % 4))) & 0xff;
  }
  return bytes;
}

const say = globalThis.print ?? console.log;

async function run() {
  const told = {};
  for (const engine of ["auto", "javascript"]) {
    const resolver = await EntityResolver.fromZip(bytesOf(given.zip), { engine });
    const mine = resolver.withEntries([{ name: "Gym mix 3" }]);
    const answers = mine.resolveBatch(given.queries).map(({ decision, matches }) => [decision, matches.map(({ id, score }) => [id, score])]);
    told[engine] = { engine: resolver.engine, answers, tested: resolver.selftest(), typed: mine.suggest("gym m").map(({ name }) => name) };
  }
  return told;
}

run().then(
  (told) => say(JSON.stringify(told)),
  (error) => say(JSON.stringify({ error: `${error.name}: ${error.message}`, stack: error.stack })),
);
