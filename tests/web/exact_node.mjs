/** node exact_node.mjs WEB_FOLDER: dot products of ExactIndex beside a plain loop, over many shapes and lengths; prints JSON. */

import { join } from "node:path";
import { pathToFileURL } from "node:url";

const { ExactIndex } = await import(pathToFileURL(join(process.argv[2], "edge-er", "index", "exact.js")).href);

let seed = 5;
function random(limit) {
  seed = (seed * 48271) % 2147483647;
  return seed % limit;
}

const vector = (dim, most) => Int8Array.from({ length: dim }, () => random(2 * most + 1) - most);
const failures = [];
const packed = new Set();
let compared = 0;
for (const dim of [1, 2, 7, 64, 128, 768, 2000]) {
  for (const forms of [0, 1, 3, 11, 12, 13, 40]) {
    for (const most of [0, 1, 26, 127]) {
      const rows = Array.from({ length: forms }, () => vector(dim, most));
      const index = new ExactIndex(Int8Array.from(rows.flatMap((row) => Array.from(row))), forms);
      packed.add(index._each);
      for (const request of [rows[0] ?? vector(dim, most), vector(dim, most), vector(dim, 127), new Int8Array(dim).fill(-127)]) {
        const expected = rows.map((row) => row.reduce((sum, value, i) => sum + value * request[i], 0));
        const found = Array.from(index.dots(request));
        compared += 1;
        if (!found.every((value, form) => value === expected[form]) || found.length !== forms) failures.push([dim, forms, most]);
      }
    }
  }
}
console.log(JSON.stringify({ failures: failures.slice(0, 9), compared, packed: [...packed].sort() }));
