/** A bundle of one version, also while somebody replaces it: it is read again, and the gap between two renames is bridged. */

import { BundleBusyError, BundleCorruptError, BundleNotFoundError } from "../errors.js";
import { MANIFEST } from "./storage.js";

const TRIES = 6;
const PAUSE = 10; // milliseconds after the first try; twice as long after each one more

/**
 * What `read` makes of the files of a bundle.
 * @template T
 * @param {URL} url
 * @param {(url: URL) => Promise<import("./storage.js").Reader>} open
 * @param {(reader: import("./storage.js").Reader) => Promise<T>} read
 * @returns {Promise<T>}
 * @throws {BundleBusyError} other versions took its place again and again
 */
export async function ofOneVersion(url, open, read) {
  let cause = null;
  let [once, missing] = [false, false]; // damage was found once; nothing was there in the try before
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (attempt && !once) await pause(PAUSE * 2 ** (attempt - 1));
    for (const place of [url, previousVersion(url)].filter(Boolean)) {
      const seen = { manifest: null };
      try {
        return await read(noting(await open(place), seen));
      } catch (error) {
        const damaged = error instanceof BundleCorruptError;
        // What was exchanged twice meanwhile has the manifest of before: on a disk, damage counts when it is found again.
        once = damaged && url.protocol === "file:" && cause?.message !== error.message;
        const replaced = damaged && (once || (await hasChanged(place, open, seen.manifest)));
        if (!replaced && !(error instanceof BundleNotFoundError)) throw error;
        // Between two renames there is nothing at the place: then the version before is read, or what is there a moment later.
        if (error instanceof BundleNotFoundError && place === url) {
          if (missing || url.protocol !== "file:") throw error;
          missing = true;
        }
        cause = error;
        if (replaced) {
          missing = false;
          break;
        }
      }
    }
  }
  throw new BundleBusyError(
    `${url}: is being replaced: in each of ${TRIES} tries another version took its place while it was read; ` +
      "load it again when that is done",
    { cause },
  );
}

/** The same reader, which keeps the bytes of the manifest. */
function noting(reader, seen) {
  return async (name, most) => {
    const data = await reader(name, most);
    if (name === MANIFEST) seen.manifest = data;
    return data;
  };
}

/** Whether another manifest lies there than the one that was read. */
async function hasChanged(url, open, manifest) {
  if (!manifest) return false;
  try {
    const again = await (await open(url))(MANIFEST);
    return again.length !== manifest.length || again.some((byte, at) => byte !== manifest[at]);
  } catch {
    return true;
  }
}

/** Where the version before waits while a directory on disk is replaced. */
function previousVersion(url) {
  if (url.protocol !== "file:" || url.pathname.toLowerCase().endsWith(".zip")) return null;
  const before = new URL(url);
  before.pathname = url.pathname.replace(/([^/]+)\/?$/, ".$1.previous");
  return before;
}

const pause = (milliseconds) =>
  typeof setTimeout === "function" ? new Promise((go) => setTimeout(go, milliseconds)) : Promise.resolve();
