/** Catalogs in the page's worker: what is asked of them comes back in promises, in the order in which it was asked. */

const waiting = new Map();
let worker = null;
let asked = 0;

/** Have the worker do something. */
function call(name, values) {
  worker ??= started();
  const number = ++asked;
  return new Promise((resolve, reject) => {
    waiting.set(number, { resolve, reject });
    worker.postMessage({ number, call: name, ...values });
  });
}

function started() {
  const found = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  found.addEventListener("message", ({ data: { number, value, error } }) => {
    const { resolve, reject } = waiting.get(number);
    waiting.delete(number);
    if (error) reject(Object.assign(new Error(error.message), { name: error.name }));
    else resolve(value);
  });
  found.addEventListener("error", (event) => {
    for (const { reject } of waiting.values()) reject(new Error(event.message || "the worker of the page cannot be loaded"));
    waiting.clear();
    worker = null; // the next call starts another
  });
  return found;
}

/** A catalog that was loaded. */
export class LoadedCatalog {
  /**
   * @param {string} url
   * @returns {Promise<LoadedCatalog>}
   */
  static async load(url) {
    const address = new URL(url, document.baseURI).href;
    return Object.assign(new LoadedCatalog(), { _url: address }, await call("load", { url: address }));
  }

  /**
   * Answer with these own entries from now on.
   * @param {import("../edge-er/index.js").Entry[]} entries
   */
  use(entries) {
    return call("entries", { url: this._url, entries });
  }

  /**
   * @param {{query?: string, nbest?: [string, number][]}} request
   * @returns {Promise<{resolution: import("../edge-er/index.js").Resolution, milliseconds: number, suggestions: import("../edge-er/index.js").Suggestion[]}>}
   */
  answer(request) {
    return call("answer", { url: this._url, ...request });
  }
}
