/** The page's worker: it loads catalogs and answers, so that the page never waits. `catalog.js` is its other end. */

import { EntityResolver } from "../edge-er/index.js";

/** The resolver of each address, and the same with own entries. */
const loaded = new Map();

const calls = {
  async load({ url }) {
    if (loaded.has(url)) return loaded.get(url).told;
    const start = performance.now();
    const base = await EntityResolver.load(url);
    const milliseconds = performance.now() - start;
    const { name, lang, report } = base;
    const told = { name, lang, report, milliseconds, tested: base.selftest() };
    loaded.set(url, { base, mine: base, told });
    return told;
  },

  entries({ url, entries }) {
    const catalog = loaded.get(url);
    catalog.mine = catalog.base.withEntries(entries);
  },

  /** The answer to a text or to several, how long it took, and what the text may become; what is blank becomes nothing. */
  answer({ url, query, nbest }) {
    const { mine } = loaded.get(url);
    const suggestions = query?.trim() ? mine.suggest(query) : [];
    const start = performance.now();
    const resolution = nbest ? mine.resolve(null, { nbest }) : mine.resolve(query);
    return { resolution, milliseconds: performance.now() - start, suggestions };
  },
};

self.addEventListener("message", async ({ data: { number, call, ...values } }) => {
  try {
    self.postMessage({ number, value: await calls[call](values) });
  } catch ({ name, message }) {
    self.postMessage({ number, error: { name, message } });
  }
});
