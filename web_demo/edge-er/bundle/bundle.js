/**
 * The bundle: a catalog, its vectors, the encoder that made them, and a manifest. Every size and checksum is verified.
 *
 * Its format is in `docs/bundle.md`.
 */

import { BOUNDS, parseJson, unpackedBound } from "./bounds.js";
import { unpacked } from "./bytes.js";
import { checkEncoder, checkHeadTokens, checkVectors } from "./checks.js";
import { EntityFile } from "./entity_store.js";
import { BundleCorruptError, BundleVersionError, EdgeERError } from "../errors.js";
import { readArrays } from "./safetensors.js";
import { check } from "./schema.js";
import { sha256 } from "./sha256.js";
import { MANIFEST } from "./storage.js";
import { checkTrust, trustOf } from "./trust.js";
import { utf8 } from "./utf8.js";

const FORMAT_VERSION = 2; // the largest that is read
const ENCODER_FILES = ["encoder.onnx", "tokenizer.json", "encoder.json"];
const ENTITIES = "entities.jsonl.gz";
const VECTORS = "vectors.safetensors";
const STREAMS = "streams.jsonl";
const HEAD = "head.onnx";
const HEAD_TOKENS = "head_tokens.safetensors";
const LARGE = ["index.faiss", "sound_pieces.safetensors", "popular_forms.safetensors", "words.safetensors"]; // not read here
const KNOWN = [...ENCODER_FILES, ENTITIES, VECTORS, STREAMS, HEAD, HEAD_TOKENS];
const SEAL = '"manifest_sha256": "';
const DIGITS = 64;

/**
 * @typedef {object} Bundle
 * @property {Record<string, any>} manifest
 * @property {EntityFile} entities
 * @property {Int8Array} vectors [forms · dim]
 * @property {Int32Array} formEntity [forms], the line of each form's entity
 * @property {Map<string, Uint8Array>} encoderFiles with `head.onnx` where the encoder has a head
 * @property {{tokens: Int8Array, lengths: Uint8Array} | null} headTokens of the forms, where the bundle keeps them
 */

/**
 * The bundle whose files `read` gives.
 * @param {import("./storage.js").Reader} read
 * @param {URL | string} url what messages call the bundle
 * @param {import("./trust.js").Trust} [trust]
 * @returns {Promise<Bundle>}
 * @throws {BundleVersionError} written by a newer version, or for another search
 * @throws {BundleCorruptError} a file is missing or is not what the manifest says
 * @throws {BundleUntrustedError} it is not what `trust` asks for
 */
export async function readBundle(read, url, trust = trustOf()) {
  const data = await read(MANIFEST, BOUNDS.manifest_bytes);
  const manifest = await readManifest(data, url);
  await checkTrust(trust, manifest, data, url);
  const files = new Map();
  const listed = Object.entries(manifest.files);
  await Promise.all(listed.map(async ([name, expected]) => files.set(name, await verified(read, name, expected, url))));
  for (const name of [...ENCODER_FILES, ENTITIES, VECTORS]) {
    if (!files.has(name)) throw corrupt(url, `the manifest does not list ${name}; build the bundle again`);
  }
  const lines = await unpackedText(files.get(ENTITIES), unpackedBound(manifest, ENTITIES), url);
  const streams = files.has(STREAMS) ? text(files.get(STREAMS), STREAMS, url) : null;
  const entities = new EntityFile(lines, streams, url);
  const card = checkEncoder(files, url);
  const arrays = readArrays(files.get(VECTORS), VECTORS, url);
  checkVectors(arrays, entities.length, manifest, card, url);
  const { vectors, entity } = arrays;
  const head = files.has(HEAD_TOKENS) ? readArrays(files.get(HEAD_TOKENS), HEAD_TOKENS, url) : null;
  return {
    manifest,
    entities,
    vectors: vectors.data,
    formEntity: entity.data,
    encoderFiles: new Map([...ENCODER_FILES, HEAD].map((name) => [name, files.get(name)])),
    headTokens: head && checkHeadTokens(head, entity.data.length, card, url),
  };
}

async function readManifest(data, url) {
  let manifest;
  try {
    if (data.length > BOUNDS.manifest_bytes) throw new Error(`expected ${BOUNDS.manifest_bytes} bytes at most`);
    manifest = parseJson(utf8(data));
  } catch (error) {
    throw corrupt(url, `${MANIFEST} is damaged (${error.message}); copy the bundle again`);
  }
  const version = manifest?.format_version;
  if (version === undefined) throw corrupt(url, `${MANIFEST} is damaged (no format_version); copy the bundle again`);
  if (typeof version === "number" && version > FORMAT_VERSION) {
    throw new BundleVersionError(
      `${url}: bundle format ${version}; this edge-er reads up to ${FORMAT_VERSION}, so update this page`,
    );
  }
  const newer = ["words", "numbers"].find((name) => manifest.rerank?.[name]);
  if (version === 1 && newer) {
    throw corrupt(url, `${MANIFEST} has rerank.${newer}, which needs format 2; build the bundle again`);
  }
  if (!(await isSealed(data))) throw corrupt(url, `${MANIFEST} is damaged (checksum); copy the bundle again`);
  try {
    check(manifest, "manifest");
  } catch (error) {
    throw corrupt(url, `${MANIFEST}, ${error.message}; build the bundle again`);
  }
  checkKind(manifest, url);
  return { calibration: {}, report: {}, golden: [], ...manifest };
}

/** What this runtime cannot do is refused, for its answers would be others. */
function checkKind(manifest, url) {
  const { kind } = manifest.index;
  if (kind !== "exact") {
    throw new BundleVersionError(
      `${url}: index "${kind}"; the browser searches exactly, so build it with an exact index`,
    );
  }
  for (const name of Object.keys(manifest.files)) {
    if (LARGE.includes(name)) {
      throw new BundleVersionError(`${url}: ${MANIFEST} lists "${name}" of a large catalog, which is not read here; build it with an exact index`);
    }
    if (!KNOWN.includes(name)) throw corrupt(url, `${MANIFEST} lists "${name}", which is no file of a bundle; build the bundle again`);
  }
  if (manifest.rerank?.head > 0 && !(HEAD in manifest.files)) {
    throw corrupt(url, `${MANIFEST}, rerank.head: expected a file ${HEAD}, found none; build the bundle again`);
  }
}

/** Whether the manifest's checksum is that of its bytes with the 64 digits replaced by zeros. */
async function isSealed(data) {
  const start = placeOf(SEAL, data) + SEAL.length;
  const told = String.fromCharCode(...data.subarray(start, start + DIGITS));
  const blank = new Uint8Array(data);
  blank.fill(0x30, start, start + DIGITS);
  return (await sha256(blank)) === told;
}

/** Where a text of single bytes stands in data; -1 where it does not. */
function placeOf(text, data) {
  for (let at = data.indexOf(text.charCodeAt(0)); at >= 0; at = data.indexOf(text.charCodeAt(0), at + 1)) {
    let size = 1;
    while (size < text.length && data[at + size] === text.charCodeAt(size)) size++;
    if (size === text.length) return at;
  }
  return -1;
}

async function verified(read, name, expected, url) {
  const data = await read(name, expected?.size);
  const found = { size: data.length, sha256: await sha256(data) };
  for (const what of ["size", "sha256"]) {
    if (found[what] !== expected?.[what]) {
      throw corrupt(
        url,
        `${name} is damaged: expected ${what} ${expected?.[what]}, found ${found[what]}; copy the bundle again`,
      );
    }
  }
  return data;
}

async function unpackedText(data, most, url) {
  try {
    return utf8(await unpacked(data, "gzip", most));
  } catch (error) {
    if (error instanceof EdgeERError) throw error;
    throw corrupt(url, `${ENTITIES}: not gzip (${error.message}); build the bundle again`);
  }
}

function text(data, name, url) {
  try {
    return utf8(data);
  } catch (error) {
    throw corrupt(url, `${name}: not UTF-8 (${error.message}); build the bundle again`);
  }
}

function corrupt(url, message) {
  return new BundleCorruptError(`${url}: ${message}`);
}
