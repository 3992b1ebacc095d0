/** edge-er in Node: the same with a file system, so that `EntityResolver.load` takes the path of a folder or a zip. */

import { randomUUID, webcrypto } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { useFiles } from "./bundle/bytes.js";
import { hasChecksum, isWhole } from "./bundle/personal_file.js";
import { useCrypto } from "./bundle/trust.js";
import { utf8 } from "./bundle/utf8.js";
import { CatalogError } from "./errors.js";

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
 * Write what `PersonalResolver.save` gives to a file; a crash leaves the old file or the new one. The version before stays
 * beside it as `.NAME.previous`, where Python looks for it too. One writer at a time: Node has no locks of files.
 * @param {string | URL} path
 * @param {string} text
 * @returns {Promise<void>}
 */
export async function writeWhole(path, text) {
  const target = pathOf(path);
  const beside = hidden(target, `tmp-${process.pid}-${randomUUID().slice(0, 8)}`);
  try {
    await writeThrough(beside, text);
    await keepPrevious(target, `${beside}-kept`);
    await rename(beside, target);
    await syncFolder(dirname(target));
    await dropLeftovers(target).catch(() => {}); // they do no harm
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/**
 * What `writeWhole` wrote, for `withEntries`; where the file is damaged or cut off and the version before is whole, that one,
 * with a warning of the process.
 * @param {string | URL} path
 * @returns {Promise<string>}
 * @throws {CatalogError} there is no such file, or neither is whole
 */
export async function readWhole(path) {
  const target = pathOf(path);
  const text = await wholeText(target);
  if (text !== null) return text;
  const before = hidden(target, "previous");
  const kept = await wholeText(before).catch(() => null);
  if (kept === null || !hasChecksum(kept)) {
    throw new CatalogError(
      `${target}: damaged or cut off (checksum); copy it again, or delete its first line to read what is left of it`,
    );
  }
  process.emitWarning(`${target}: damaged or cut off (checksum); the version before it is read, ${before}`);
  return kept;
}

const pathOf = (path) => (path instanceof URL ? fileURLToPath(path) : resolve(path));

/** The file beside another whose name begins with a dot. */
const hidden = (target, suffix) => join(dirname(target), `.${basename(target)}.${suffix}`);

/** The text of a file; null where it is not what its checksum says. */
async function wholeText(target) {
  let data;
  try {
    data = await read(target);
  } catch (error) {
    throw new CatalogError(`${target}: cannot be read (${error.message})`, { cause: error });
  }
  if (!data) throw new CatalogError(`${target}: cannot be read (no such file)`);
  try {
    const text = utf8(data);
    return isWhole(text) ? text : null;
  } catch {
    return null; // cut within a character
  }
}

async function writeThrough(target, text) {
  const file = await open(target, "wx", 0o644);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Give the file a second name, by a link or a copy, so that the path is never without a file. */
async function keepPrevious(target, second) {
  try {
    await link(target, second).catch((error) => (error.code === "ENOENT" ? Promise.reject(error) : copyFile(target, second)));
    await rename(second, hidden(target, "previous"));
  } catch (error) {
    await rm(second, { force: true });
    if (error.code !== "ENOENT") throw error; // there was none before
    return;
  }
  await rm(second, { force: true }); // a name of the same file is not replaced, and both stay
}

/** Delete what writers have left that were killed. */
async function dropLeftovers(target) {
  const start = `.${basename(target)}.tmp-`;
  for (const name of await readdir(dirname(target))) {
    const writer = name.startsWith(start) ? /^(\d+)-/.exec(name.slice(start.length)) : null;
    if (writer && !isAlive(Number(writer[1]))) await rm(join(dirname(target), name), { force: true });
  }
}

function isAlive(id) {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return error.code !== "ESRCH";
  }
}

/** Where a system can, the new name is on the disk too. */
async function syncFolder(folder) {
  try {
    const handle = await open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch {
    // Windows opens no folder
  }
}
