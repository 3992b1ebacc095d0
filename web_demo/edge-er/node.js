/** edge-er in Node: the same with a file system, so that `EntityResolver.load` takes the path of a folder or a zip. */

import { webcrypto } from "node:crypto";
import { constants } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { useFiles } from "./bundle/bytes.js";
import { useCrypto } from "./bundle/trust.js";

export * from "./index.js";

useFiles({ read, address: (path) => pathToFileURL(resolve(path)) });
useCrypto(webcrypto.subtle);

/** A regular file of `most` bytes at most; a pipe is opened without waiting for its other end, and refused. */
async function read(url, most = Infinity) {
  let file;
  try {
    file = await open(url, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    throw error;
  }
  try {
    const about = await file.stat();
    if (!about.isFile()) throw new Error("no regular file");
    if (about.size > most) throw new Error(`expected ${most} bytes at most, found ${about.size}`);
    return new Uint8Array(await file.readFile());
  } finally {
    await file.close();
  }
}

/**
 * Write what `PersonalResolver.save` gives to a file; a crash leaves the old file or the new one.
 * @param {string | URL} path
 * @param {string} text
 * @returns {Promise<void>}
 */
export async function writeWhole(path, text) {
  const target = path instanceof URL ? path : pathToFileURL(resolve(path));
  const beside = new URL(`${target.href}.${process.pid}-${Date.now()}.tmp`);
  try {
    const file = await open(beside, "w");
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
