/**
 * Who made a bundle: a pinned checksum, and signatures by ECDSA with the curve P-256, as `edge_er/bundle/trust.py` makes and
 * checks them. Signatures are checked by WebCrypto; an engine without it refuses `trustedKeys`.
 */

import { fromBase64 } from "./base64.js";
import { BundleError, BundleUntrustedError } from "../errors.js";
import { hexadecimal, plainSha256 } from "./sha256.js";

const SIGNATURE = '"value": "';
const SEAL = '"manifest_sha256": "';
const DIGITS = 128;
const HASH = 64;
const CURVE = "3059301306072a8648ce3d020106082a8648ce3d03010703420004"; // DER before the point's 64 bytes
const KEY_SIZE = CURVE.length / 2 + 64;
const PEM = /^-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]*)-----END PUBLIC KEY-----$/;

/** @type {SubtleCrypto | null} */
let given = null;

/**
 * Give the runtime WebCrypto, where it is no global.
 * @param {SubtleCrypto} subtle
 */
export function useCrypto(subtle) {
  given = subtle;
}

/**
 * @typedef {object} Trust what a bundle must be
 * @property {string | null} sha256
 * @property {Map<string, Uint8Array> | null} keys in DER, by their SHA-256
 */

/**
 * What `sha256` and `trustedKeys` of `load` ask for.
 * @param {{sha256?: string, trustedKeys?: string | Iterable<string>}} options
 * @returns {Trust}
 * @throws {RangeError} `sha256` is no SHA-256, or there is no key at all
 * @throws {BundleError} a key is none, or this engine cannot check signatures
 */
export function trustOf({ sha256 = null, trustedKeys } = {}) {
  if (sha256 !== null && !(typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256))) {
    throw new RangeError(`expected sha256 as 64 hexadecimal digits, found ${sha256}`);
  }
  if ((trustedKeys ?? null) === null) return { sha256, keys: null };
  const texts = typeof trustedKeys === "string" ? [trustedKeys] : [...trustedKeys];
  if (!texts.length) throw new RangeError("expected one key in trustedKeys at least, found none");
  if (!subtle()) {
    throw new BundleError(
      "this engine cannot check signatures (no WebCrypto, which pages have over https only), so trustedKeys is refused",
    );
  }
  return { sha256, keys: new Map(texts.map(keyOf).map((key) => [hexadecimal(plainSha256(key)), key])) };
}

/**
 * Checks a verified manifest and its bytes.
 * @param {Trust} trust
 * @param {Record<string, any>} manifest
 * @param {Uint8Array} data
 * @param {URL | string} url what messages call the bundle
 * @throws {BundleUntrustedError} it is another bundle, unsigned, or signed by nobody who is trusted
 */
export async function checkTrust(trust, manifest, data, url) {
  if (trust.sha256 !== null && manifest.manifest_sha256 !== trust.sha256) {
    throw new BundleUntrustedError(
      `${url}: another bundle than the pinned one: expected sha256 ${trust.sha256}, found ${manifest.manifest_sha256}`,
    );
  }
  if (!trust.keys) return;
  const signature = manifest.signature ?? null;
  if (signature === null) {
    throw new BundleUntrustedError(`${url}: the bundle is not signed, and trustedKeys asks for a signature`);
  }
  const key = trust.keys.get(signature.key);
  if (!key) {
    throw new BundleUntrustedError(
      `${url}: signed by the key ${signature.key}, which is none of the ${trust.keys.size} trusted ones`,
    );
  }
  if (!(await verifies(key, signature.value, data))) {
    throw new BundleUntrustedError(`${url}: manifest.json: the signature is not one of the key ${signature.key}`);
  }
}

async function verifies(key, value, data) {
  const at = endOf(SIGNATURE, data);
  const seal = endOf(SEAL, data);
  const right = typeof value === "string" && /^[0-9a-f]{128}$/.test(value);
  if (!right || String.fromCharCode(...data.subarray(at, at + DIGITS)) !== value) return false;
  const blank = new Uint8Array(data);
  blank.fill(0x30, at, at + DIGITS);
  blank.fill(0x30, seal, seal + HASH);
  const bytes = Uint8Array.from({ length: DIGITS / 2 }, (_, i) => parseInt(value.slice(2 * i, 2 * i + 2), 16));
  try {
    const imported = await subtle().importKey("spki", key, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
    return await subtle().verify({ name: "ECDSA", hash: "SHA-256" }, imported, bytes, blank);
  } catch {
    return false; // a point that is not on the curve
  }
}

const subtle = () => given ?? globalThis.crypto?.subtle ?? null;

/** The end of the first place where a text of single bytes stands. */
function endOf(text, data) {
  for (let at = 0; at + text.length <= data.length; at++) {
    let size = 0;
    while (size < text.length && data[at + size] === text.charCodeAt(size)) size++;
    if (size === text.length) return at + size;
  }
  return data.length;
}

function keyOf(pem) {
  const found = typeof pem === "string" ? PEM.exec(pem.trim()) : null;
  const key = fromBase64(found ? found[1].replace(/\s/g, "") : "");
  if (key.length !== KEY_SIZE || hexadecimal(key).slice(0, CURVE.length) !== CURVE) {
    throw new BundleError(
      `${String(pem).slice(0, 60)}: expected a public key of P-256 in PEM, as edge-er keygen writes it`,
    );
  }
  return key;
}
