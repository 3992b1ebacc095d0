/** Bytes: fetched, unpacked, made into text. */

import { EdgeERError } from "./errors.js";

/**
 * The address that `url` means: beside the page in a browser, beside the working folder in Node.
 * @param {string | URL} url
 * @returns {URL}
 */
export function address(url) {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href ?? `file://${process.cwd()}/`;
  return new URL(url, base);
}

/**
 * Contents of a file, or null where there is none.
 * @param {URL} url http(s), or file in Node
 * @returns {Promise<Uint8Array | null>}
 * @throws {EdgeERError} it cannot be read
 */
export async function fetchBytes(url) {
  try {
    if (url.protocol === "file:") return await readFile(url);
    const response = await fetch(url);
    if (response.status === 404 || response.status === 410) return null;
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw new EdgeERError(`${url}: cannot be read (${error.message}); check the connection and try again`, {
      cause: error,
    });
  }
}

async function readFile(url) {
  const { readFile: read } = await import("node:fs/promises");
  try {
    return new Uint8Array(await read(url));
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    throw error;
  }
}

/**
 * What was packed; rejects where the data is damaged.
 * @param {Uint8Array} data
 * @param {"gzip" | "deflate-raw"} format
 * @returns {Promise<Uint8Array>}
 * @throws {EdgeERError} the browser cannot unpack at all
 */
export async function unpacked(data, format) {
  if (typeof DecompressionStream === "undefined") {
    throw new EdgeERError(
      "this browser cannot unpack gzip (no DecompressionStream); use Chrome 103, Firefox 113, Safari 16.4 or newer",
    );
  }
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * Text of UTF-8; throws a TypeError where it is none.
 * @param {Uint8Array} data
 * @returns {string}
 */
export function utf8(data) {
  return new TextDecoder("utf-8", { fatal: true }).decode(data);
}
