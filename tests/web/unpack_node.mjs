/** node unpack_node.mjs WEB_FOLDER: what engines without DecompressionStream and TextDecoder do, beside Node's own; prints JSON. */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { constants, deflateRawSync, gzipSync } from "node:zlib";

const runtime = (name) => import(pathToFileURL(join(process.argv[2], "edge-er", name)).href);
const { inflate } = await runtime("bundle/inflate.js");
const { decoded, encoded } = await runtime("bundle/utf8.js");

let seed = 11;
function random(limit) {
  seed = (seed * 48271) % 2147483647;
  return seed % limit;
}

const failures = [];
const check = (what, holds) => holds || failures.push(what);
const same = (one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)) === 0;
const sources = ["", "a", "abc".repeat(30_000), JSON.stringify(Array.from({ length: 5000 }, (_, i) => ({ i, name: `n ${i * i}` })))];
const all = sources.map((text) => Buffer.from(text));
for (let time = 0; time < 20; time++) all.push(Buffer.from(Array.from({ length: random(3000) }, () => random(time < 10 ? 256 : 4))));
const ways = [{ level: 0 }, { level: 1 }, { level: 9 }, { strategy: constants.Z_FIXED }, { strategy: constants.Z_HUFFMAN_ONLY }];
let cut = 0;
for (const [place, data] of all.entries()) {
  for (const way of ways) {
    check(`gzip ${place}`, same(inflate(gzipSync(data, way), "gzip"), data));
    check(`raw ${place}`, same(inflate(deflateRawSync(data, way), "deflate-raw"), data));
  }
  const whole = gzipSync(data);
  for (let time = 0; time < 20; time++) {
    const damaged = Buffer.from(whole.subarray(0, random(whole.length)));
    try {
      inflate(damaged, "gzip");
      failures.push(`${place} cut to ${damaged.length} of ${whole.length}`);
    } catch (error) {
      cut += 1;
    }
    const flipped = Buffer.from(whole);
    flipped[random(whole.length)] ^= 1 << random(8);
    try {
      inflate(flipped, "gzip"); // SHA-256 says that it is damaged; here it must only end
    } catch (error) {
      check(`flipped: ${error}`, error instanceof Error && !(error instanceof TypeError));
    }
  }
}
const named = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 8 + 4, 0, 0, 0, 0, 0, 3, 2, 0, 7, 7]), Buffer.from("file\0"), gzipSync("x").subarray(10)]);
check("a gzip header with a name", same(inflate(named, "gzip"), Buffer.from("x")));

const texts = ["", "plain", "ñandú 🎵 漢字", "\ufeffmark", "a\ud800b", "\u0000\u007f\u0080\u07ff\u0800\uffff", "🎵".repeat(5000)];
for (const text of texts) {
  check(`encoded ${text.slice(0, 9)}`, same(encoded(text), new TextEncoder().encode(text)));
  check(`decoded ${text.slice(0, 9)}`, decoded(encoded(text)) === new TextDecoder("utf-8", { fatal: true }).decode(encoded(text)));
}
let refused = 0;
for (let time = 0; time < 4000; time++) {
  const bytes = Uint8Array.from({ length: 1 + random(4) }, () => (random(3) ? 0x80 + random(128) : random(128)));
  const outcome = (decode) => {
    try {
      return decode(bytes);
    } catch (error) {
      return error.constructor.name;
    }
  };
  const expected = outcome((data) => new TextDecoder("utf-8", { fatal: true }).decode(data));
  check(`bytes ${bytes}`, outcome(decoded) === expected);
  refused += expected === "TypeError";
}
console.log(JSON.stringify({ failures, cut, refused }));
