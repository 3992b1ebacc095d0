/** The page without a network: a service worker keeps its files and the catalogs that were used. */

import { byId } from "./elements.js";

/**
 * Start the service worker, where the browser lets us (https and localhost).
 * @param {(kept: string[] | null) => void} changed told the names of the catalogs that are kept, null where none ever is
 * @returns {{keep: (bundle: string) => void}} `keep` has a catalog kept too
 */
export function startOffline(changed) {
  if (!navigator.serviceWorker) {
    changed(null);
    return { keep: () => {} };
  }
  const hadOne = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("message", ({ data }) => changed(data.kept));
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    byId("update").hidden = !hadOne;
  });
  byId("update-now").addEventListener("click", () => location.reload());
  navigator.serviceWorker.ready.then(({ active }) => active.postMessage({ keep: null })); // tells what is kept already
  register().catch((error) => console.warn("the page will need a network:", error.message));
  return {
    keep: async (bundle) => (await navigator.serviceWorker.ready).active.postMessage({ keep: bundle }),
  };
}

/** A new version of any file is a new address of the worker, so that the browser takes it up. */
async function register() {
  const { version } = await (await fetch("files.json", { cache: "no-cache" })).json();
  await navigator.serviceWorker.register(`sw.js?version=${version}`);
}
