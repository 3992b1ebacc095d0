/**
 * Service worker: keeps the page, and each catalog once it is used, under its version, and serves what it keeps.
 *
 * Only what has the SHA-256 of `files.json` is kept, so that a cut download is never served again.
 */

const INDEX = "files.json";
const PAGE = "edge-er page ";
const BUNDLE = "edge-er bundle ";

const version = new URL(location).searchParams.get("version");
const pageCache = PAGE + version;

self.addEventListener("install", (event) => {
  event.waitUntil(install().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(removeOld().then(() => self.clients.claim()));
});

self.addEventListener("message", (event) => {
  const tell = async () => event.source.postMessage({ kept: await keptBundles() });
  event.waitUntil(keepBundle(event.data.keep).finally(tell));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method === "GET" && url.origin === location.origin) event.respondWith(answer(event.request, url));
});

/** The page's own files, all or none. */
async function install() {
  const response = await fetch(INDEX, { cache: "no-cache" });
  const index = await response.clone().json();
  const cache = await caches.open(pageCache);
  await keepAll(cache, index.files);
  await cache.put(INDEX, response);
}

async function keepBundle(name) {
  const bundle = (await keptIndex())?.bundles.find((each) => each.name === name);
  if (bundle) await keepAll(await caches.open(cacheOf(bundle)), bundle.files);
}

/** The names of the catalogs of which every file is kept. */
async function keptBundles() {
  const bundles = (await keptIndex())?.bundles ?? [];
  const whole = await Promise.all(
    bundles.map(async (bundle) => {
      const cacheName = cacheOf(bundle);
      const found = await Promise.all(Object.keys(bundle.files).map((path) => caches.match(path, { cacheName })));
      return found.every(Boolean);
    }),
  );
  return bundles.filter((_, at) => whole[at]).map(({ name }) => name);
}

async function keepAll(cache, files) {
  await Promise.all(
    Object.entries(files).map(async ([path, expected]) => {
      if (await cache.match(path)) return;
      const response = await fetch(path, { cache: "no-cache" });
      const digest = await crypto.subtle.digest("SHA-256", await response.clone().arrayBuffer());
      const found = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
      if (found !== expected.sha256) throw new Error(`${path}: not the file of ${INDEX}`);
      await cache.put(path, response);
    }),
  );
}

const cacheOf = (bundle) => `${BUNDLE}${bundle.name} ${bundle.version}`;

async function keptIndex() {
  const kept = await caches.match(INDEX, { cacheName: pageCache });
  return kept?.json();
}

/** Caches of other versions go; a catalog that did not change stays. */
async function removeOld() {
  const index = await keptIndex();
  const wanted = new Set([pageCache, ...(index?.bundles ?? []).map(cacheOf)]);
  const names = (await caches.keys()).filter((name) => name.startsWith("edge-er ") && !wanted.has(name));
  await Promise.all(names.map((name) => caches.delete(name)));
}

/** What is kept; the index from the network first, for it tells of a new version. */
async function answer(request, url) {
  const path = url.pathname.endsWith("/") ? new URL("index.html", url).href : url.href.split("?")[0];
  if (path.endsWith(`/${INDEX}`)) return fetch(request).catch(() => caches.match(INDEX, { cacheName: pageCache }));
  const index = await keptIndex();
  for (const cacheName of [pageCache, ...(index?.bundles ?? []).map(cacheOf)]) {
    const kept = await caches.match(path, { cacheName });
    if (kept) return kept;
  }
  return fetch(request);
}
