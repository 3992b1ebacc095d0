/** node exact_node.mjs WEB_FOLDER: dot products of ExactIndex and of the kernel beside a plain loop, over many shapes and lengths; prints JSON. */

import { join } from "node:path";
import { pathToFileURL } from "node:url";

const runtime = (name) => import(pathToFileURL(join(process.argv[2], "edge-er", name)).href);
const { ExactIndex } = await runtime("index/exact.js");
const { ScanKernel } = await runtime("kernels/search.js");
const { kernelsFor } = await runtime("kernels/kernels.js");

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
      const vectors = Int8Array.from(rows.flatMap((row) => Array.from(row)));
      const index = new ExactIndex(vectors, forms);
      const kernel = new ScanKernel(await kernelsFor("wasm"), vectors, forms);
      packed.add(index._each);
      for (const request of [rows[0] ?? vector(dim, most), vector(dim, most), vector(dim, 127), new Int8Array(dim).fill(-127)]) {
        const expected = rows.map((row) => row.reduce((sum, value, i) => sum + value * request[i], 0));
        for (const each of [index, kernel]) {
          const found = Array.from(each.dots(request));
          compared += 1;
          if (!found.every((value, form) => value === expected[form]) || found.length !== forms) failures.push([dim, forms, most]);
        }
      }
    }
  }
}
console.log(JSON.stringify({ failures: failures.slice(0, 9), compared, packed: [...packed].sort() }));
