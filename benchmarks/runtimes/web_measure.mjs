/** What the JavaScript runtime answers to requests, and how long it takes; runs in Node and in a browser. */

/** What is measured: the compiled kernels, and plain JavaScript. */
export const ENGINES = ["wasm", "javascript"];
const WARM = 300; // requests that are not timed
const MOST_TIMED = 1500;

/** The value below which a share of the sorted numbers lies. */
const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];

const figures = (times) => {
  const sorted = times.toSorted((one, other) => one - other);
  return {
    p50: quantile(sorted, 0.5),
    p90: quantile(sorted, 0.9),
    p99: quantile(sorted, 0.99),
    requests: sorted.length,
  };
};

/**
 * Load a bundle, ask it everything, then time requests one by one; all times in milliseconds.
 * @param {typeof import("../../web_demo/edge-er/index.js")} runtime
 * @param {string | URL} bundle
 * @param {string[]} queries
 * @param {"wasm" | "javascript"} engine
 */
export async function measure({ EntityResolver }, bundle, queries, engine) {
  const start = performance.now();
  const resolver = await EntityResolver.load(bundle, { engine });
  const loaded = performance.now();
  resolver.resolve(queries[0]);
  const first = performance.now();
  const answers = queries.map((query) => {
    const { decision, matches } = resolver.resolve(query);
    return [matches[0]?.id ?? null, decision, matches[0]?.confidence ?? 0];
  });
  return { answers, load: loaded - start, first: first - loaded, ...timed(resolver, queries) };
}

/** Times of whole requests, and of their encoding alone. */
function timed(resolver, queries) {
  const step = Math.max(1, Math.floor(queries.length / MOST_TIMED));
  const some = queries.filter((_, place) => place % step === 0);
  for (const query of some.slice(0, WARM)) resolver.resolve(query);
  const time = (work) => {
    const start = performance.now();
    work();
    return performance.now() - start;
  };
  const resolve = some.map((query) => time(() => resolver.resolve(query)));
  const ids = some.map((query) => resolver.encoder.tokenIds(query));
  return {
    resolve: figures(resolve),
    encode: figures(ids.map((each) => time(() => resolver.encoder.encodeIds(each)))),
  };
}

/** Times of one encoding with onnxruntime-web (its module) on the same requests; `tokens` are their ids. */
export async function measureOnnx(ort, onnx, tokens) {
  ort.env.wasm.numThreads = 1;
  const start = performance.now();
  const session = await ort.InferenceSession.create(onnx);
  const loaded = performance.now();
  const times = [];
  for (const ids of [...tokens.slice(0, WARM), ...tokens]) {
    const tensor = (values) => new ort.Tensor("int64", BigInt64Array.from(values, BigInt), [1, ids.length]);
    const before = performance.now();
    await session.run({ input_ids: tensor(ids), attention_mask: tensor(ids.map(() => 1)) });
    times.push(performance.now() - before);
  }
  return { load: loaded - start, encode: figures(times.slice(WARM)) };
}

/**
 * The first answer to each request, and milliseconds, after `rounds` of them that are not timed.
 * @param {typeof import("../../web_demo/edge-er/index.js")} runtime
 * @param {string | URL} bundle
 * @param {string[]} queries
 * @param {number} rounds
 */
export async function firstAnswers({ EntityResolver }, bundle, queries, rounds) {
  const resolver = await EntityResolver.load(bundle);
  const found = { firsts: [], spent: [] };
  for (let round = 0; round <= rounds; round++) {
    for (const query of queries) {
      const start = performance.now();
      const { matches } = resolver.resolve(query);
      const spent = performance.now() - start;
      if (round < rounds) continue;
      found.spent.push(spent);
      found.firsts.push(matches[0]?.id ?? null);
    }
  }
  return found;
}
