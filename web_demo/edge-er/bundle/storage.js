/** A bundle's files: behind an address, a folder or one zip, or given as bytes. */

import { fetchBytes, unpacked } from "./bytes.js";
import { BundleCorruptError, BundleNotFoundError, EdgeERError } from "../errors.js";
import { sha256 } from "./sha256.js";
import { utf8 } from "./utf8.js";

export const MANIFEST = "manifest.json";

const COMMENT = "edge-er bundle sha256=";
const END_SIZE = 22;
const END_MARK = 0x06054b50;
const ENTRY_MARK = 0x02014b50;
const STORED = 0;
const DEFLATED = 8;

/** @typedef {(name: string, most?: number) => Promise<Uint8Array>} Reader gives the file of a name, of so many bytes at most */

/**
 * Reads the files of the bundle at `url`: a folder, or a zip if it ends in `.zip`.
 * @param {URL} url
 * @returns {Promise<Reader>}
 */
export async function openReader(url) {
  if (url.pathname.toLowerCase().endsWith(".zip")) {
    const data = await fetchBytes(url);
    if (!data) throw new BundleNotFoundError(`${url}: no bundle there; check the address`);
    return zipReader(data, url);
  }
  const folder = new URL(url);
  if (!folder.pathname.endsWith("/")) folder.pathname += "/";
  return async (name, most = Infinity) => {
    const data = await bounded(() => fetchBytes(new URL(name, folder), most), name, url);
    if (data) return data;
    if (name === MANIFEST) throw new BundleNotFoundError(`${url}: no bundle there (no ${MANIFEST}); check the address`);
    throw new BundleCorruptError(`${url}: ${name} is missing; copy the bundle again`);
  };
}

/** A file that is larger than the manifest says is damaged; what cannot be read at all stays what it is. */
async function bounded(read, name, url) {
  try {
    return await read();
  } catch (error) {
    if (!/bytes at most|no regular file/.test(error.message)) throw error;
    throw new BundleCorruptError(`${url}: ${name} is damaged: ${error.cause?.message ?? error.message}; copy the bundle again`);
  }
}

/**
 * Reads the files of a bundle that are there as bytes, by name.
 * @param {Map<string, Bytes> | Record<string, Bytes>} files
 * @param {string} place what messages call the bundle
 * @returns {Reader}
 * @throws {BundleNotFoundError} there is no manifest among them
 */
export function filesReader(files, place) {
  const all = files instanceof Map ? files : new Map(Object.entries(files ?? {}));
  if (!all.has(MANIFEST)) throw new BundleNotFoundError(`${place}: no ${MANIFEST} among the files; give all files of a bundle`);
  return async (name) => {
    if (!all.has(name)) throw new BundleCorruptError(`${place}: ${name} is missing; give all files of the bundle`);
    return bytesOf(all.get(name), name);
  };
}

/** @typedef {Uint8Array | ArrayBuffer | ArrayBufferView} Bytes */

/**
 * Bytes as a Uint8Array, not copied.
 * @param {Bytes} data
 * @param {string} name what messages call them
 * @returns {Uint8Array}
 * @throws {EdgeERError} it is something else
 */
export function bytesOf(data, name) {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  throw new EdgeERError(`${name}: expected bytes (Uint8Array or ArrayBuffer), found ${typeof data}`);
}

/**
 * Reads the files of a bundle in one zip.
 * @param {Uint8Array} data
 * @param {string | URL} url what messages call the bundle
 * @returns {Promise<Reader>}
 * @throws {BundleCorruptError} it is damaged, or no bundle
 */
export async function zipReader(data, url) {
  await checkComment(data, url);
  const entries = listEntries(data, url);
  const manifests = [...entries.keys()].filter((name) => name.split("/").pop() === MANIFEST);
  if (!manifests.length) throw new BundleCorruptError(`${url}: ${MANIFEST} is missing; this zip is no bundle`);
  const shortest = manifests.reduce((one, other) => (other.length < one.length ? other : one));
  const folder = shortest.slice(0, -MANIFEST.length);
  return async (name, most = Infinity) => {
    const entry = entries.get(folder + name);
    if (!entry) throw new BundleCorruptError(`${url}: ${name} is missing; copy the bundle again`);
    try {
      return await contents(data, entry, most);
    } catch (error) {
      throw new BundleCorruptError(`${url}: ${name} is damaged (${error.message}); copy the bundle again`);
    }
  };
}

/** Every byte of a zip written by edge-er; one of another tool ends without a comment and passes. */
async function checkComment(data, url) {
  const end = data.length - END_SIZE;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  if (end >= 0 && view.getUint32(end, true) === END_MARK && view.getUint16(end + 20, true) === 0) return;
  const latin = (bytes) => String.fromCharCode(...bytes);
  const body = data.subarray(0, -64);
  const told = latin(body.subarray(-COMMENT.length)) === COMMENT;
  if (!told || (await sha256(body)) !== latin(data.subarray(-64))) {
    throw new BundleCorruptError(`${url}: damaged or not a bundle (checksum of the zip); copy it again`);
  }
}

/** The entries of a zip by name; throws where it is not whole. */
function listEntries(data, url) {
  try {
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    let end = data.length - END_SIZE;
    while (view.getUint32(end, true) !== END_MARK) end--;
    const entries = new Map();
    let at = view.getUint32(end + 16, true);
    for (let left = view.getUint16(end + 10, true); left > 0; left--) {
      if (view.getUint32(at, true) !== ENTRY_MARK) throw new Error("no entry where one should be");
      const nameSize = view.getUint16(at + 28, true);
      const name = utf8(data.subarray(at + 46, at + 46 + nameSize));
      entries.set(name, {
        method: view.getUint16(at + 10, true),
        size: view.getUint32(at + 20, true),
        header: view.getUint32(at + 42, true),
      });
      at += 46 + nameSize + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
    return entries;
  } catch (error) {
    throw new BundleCorruptError(`${url}: not a whole zip (${error.message}); copy it again or build it again`);
  }
}

async function contents(data, { method, size, header }, most) {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const start = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
  if (start + size > data.length) throw new Error("it ends too early");
  const packed = data.subarray(start, start + size);
  if (method === STORED) return packed;
  if (method === DEFLATED) return unpacked(packed, "deflate-raw", most);
  throw new Error(`compression ${method}`);
}
