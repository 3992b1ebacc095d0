/** Arrays of a safetensors file: 8 bytes size of the header, the header in JSON, the data. */

import { parseJson } from "./bounds.js";
import { BundleCorruptError } from "../errors.js";
import { utf8 } from "./utf8.js";

const KINDS = { I8: Int8Array, U8: Uint8Array, I32: Int32Array, U32: Uint32Array };

/**
 * @typedef {object} NamedArray
 * @property {string} dtype
 * @property {number[]} shape
 * @property {Int8Array | Uint8Array | Int32Array | Uint32Array} data
 */

/**
 * The arrays by name.
 * @param {Uint8Array} bytes
 * @param {string} file its name, for messages
 * @param {URL | string} url of the bundle, for messages
 * @returns {Record<string, NamedArray>}
 * @throws {BundleCorruptError} it is no such file
 */
export function readArrays(bytes, file, url) {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const start = 8 + view.getUint32(0, true) + 2 ** 32 * view.getUint32(4, true);
    if (start > bytes.length) throw new Error("it ends too early");
    const header = parseJson(utf8(bytes.subarray(8, start)));
    if (typeof header !== "object" || header === null || Array.isArray(header)) throw new Error("its header is no object");
    const arrays = {};
    for (const [name, told] of Object.entries(header)) {
      if (name !== "__metadata__") arrays[name] = arrayOf(told, bytes.subarray(start));
    }
    return arrays;
  } catch (error) {
    throw new BundleCorruptError(`${url}: ${file}: ${error.message}; build the bundle again`);
  }
}

function arrayOf({ dtype, shape, data_offsets: offsets }, bytes) {
  const Kind = Object.prototype.hasOwnProperty.call(KINDS, dtype) ? KINDS[dtype] : null;
  if (!Kind) throw new Error(`no type ${dtype}`);
  const isWhole = (number) => Number.isSafeInteger(number) && number >= 0;
  if (![shape, offsets].every((each) => Array.isArray(each) && each.every(isWhole))) throw new Error("a shape or a place that is none");
  const count = shape.reduce((product, size) => product * size, 1);
  const [from, to] = offsets;
  if (offsets.length !== 2 || from > to || to > bytes.length || to - from !== count * Kind.BYTES_PER_ELEMENT) {
    throw new Error(`bytes ${offsets.join(" to ")} for ${shape.join(" x ")}`);
  }
  const data = new Uint8Array(bytes.subarray(from, to)); // a copy, so that it starts where any number may
  return { dtype, shape, data: new Kind(data.buffer) };
}
