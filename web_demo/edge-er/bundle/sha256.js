/** SHA-256, by the browser where it lets us (https and localhost), else by hand. */

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * SHA-256 of `data` as 64 hexadecimal digits.
 * @param {Uint8Array} data
 * @returns {Promise<string>}
 */
export async function sha256(data) {
  const subtle = globalThis.crypto?.subtle;
  const digest = subtle ? new Uint8Array(await subtle.digest("SHA-256", data)) : plainSha256(data);
  return hexadecimal(digest);
}

/**
 * Bytes as hexadecimal digits.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function hexadecimal(bytes) {
  return Array.from(bytes, (byte) => HEX[byte]).join("");
}

/**
 * SHA-256 (FIPS 180-4) without the browser's help, which pages without https do not get.
 * @param {Uint8Array} data
 * @returns {Uint8Array} 32 bytes
 */
export function plainSha256(data) {
  const padded = new Uint8Array(((data.length + 8) >> 6) * 64 + 64);
  padded.set(data);
  padded[data.length] = 0x80;
  const words = new DataView(padded.buffer);
  words.setUint32(padded.length - 8, Math.floor(data.length / 0x20000000));
  words.setUint32(padded.length - 4, data.length << 3);
  const [start, rounds] = constants();
  const state = Uint32Array.from(start);
  const schedule = new Uint32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 16; i++) schedule[i] = words.getUint32(block + 4 * i);
    for (let i = 16; i < 64; i++) schedule[i] = extended(schedule, i);
    compress(state, schedule, rounds);
  }
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => digest.setUint32(4 * i, word));
  return new Uint8Array(digest.buffer);
}

const rotated = (word, by) => (word >>> by) | (word << (32 - by));

function extended(schedule, i) {
  const near = schedule[i - 2];
  const far = schedule[i - 15];
  const small0 = rotated(far, 7) ^ rotated(far, 18) ^ (far >>> 3);
  const small1 = rotated(near, 17) ^ rotated(near, 19) ^ (near >>> 10);
  return schedule[i - 16] + small0 + schedule[i - 7] + small1;
}

function compress(state, schedule, rounds) {
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const big1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const first = (h + big1 + ((e & f) ^ (~e & g)) + rounds[i] + schedule[i]) | 0;
    const big0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const second = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] += word));
}

let kept = null;

/** The first 32 bits behind the point of the square roots of 8 primes and the cube roots of 64. */
function constants() {
  if (!kept) {
    const primes = [];
    for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
    const behindPoint = (root) => Math.floor((root - Math.floor(root)) * 0x100000000);
    kept = [primes.slice(0, 8).map((n) => behindPoint(Math.sqrt(n))), primes.map((n) => behindPoint(Math.cbrt(n)))];
  }
  return kept;
}
