/** Bytes: read, unpacked. What only some places have, a file system, comes from the entry for Node (`node.js`). */

import { EdgeERError } from "../errors.js";
import { inflate } from "./inflate.js";

/** @typedef {{read: (url: URL, most?: number) => Promise<Uint8Array | null>, address: (path: string) => URL}} FileSystem */

/** @type {FileSystem | null} */
let files = null;

/**
 * Give the runtime a file system, so that `load` takes paths and `file:` addresses.
 * @param {FileSystem} found
 */
export function useFiles(found) {
  files = found;
}

/**
 * The address that `url` means: beside the page in a browser, a path in Node.
 * @param {string | URL} url
 * @returns {URL}
 */
export function address(url) {
  if (files && typeof url === "string" && !/^[a-z][a-z0-9+.-]+:/i.test(url)) return files.address(url);
  return new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href);
}

/**
 * Contents of a file, or null where there is none.
 * @param {URL} url http(s), or file in Node
 * @param {number} [most] bytes; a longer file is not read to its end
 * @returns {Promise<Uint8Array | null>}
 * @throws {EdgeERError} it cannot be read
 */
export async function fetchBytes(url, most = Infinity) {
  try {
    if (files && url.protocol === "file:") return await files.read(url, most);
    const response = await fetch(url);
    if (response.status === 404 || response.status === 410) return null;
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return await upTo(most, response);
  } catch (error) {
    throw new EdgeERError(`${url}: cannot be read (${error.message}); check the connection and try again`, {
      cause: error,
    });
  }
}

/**
 * What was packed; rejects where the data is damaged. An engine that cannot unpack by itself does it in plain JavaScript.
 * @param {Uint8Array} data
 * @param {"gzip" | "deflate-raw"} format
 * @param {number} [most] bytes; more are not unpacked
 * @returns {Promise<Uint8Array>}
 */
export async function unpacked(data, format, most = Infinity) {
  if (!canUnpack(format)) return inflate(data, format, most);
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream(format));
  return upTo(most, new Response(stream));
}

/** The bytes of a response; an error, and the rest is not read, where there are more than `most`. */
async function upTo(most, response) {
  if (most === Infinity || !response.body) return new Uint8Array(await response.arrayBuffer());
  const parts = [];
  let size = 0;
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    size += value.length;
    if (size > most) {
      await reader.cancel();
      throw new Error(`expected ${most} bytes at most, found more`);
    }
  }
  const all = new Uint8Array(size);
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}

/** Node 18 knows gzip, and not deflate-raw. */
function canUnpack(format) {
  try {
    return Boolean(new DecompressionStream(format) && Blob && Response);
  } catch {
    return false;
  }
}
