/** Arrays of a safetensors file: 8 bytes size of the header, the header in JSON, the data. */

import { BundleCorruptError } from "../errors.js";
import { utf8 } from "./utf8.js";

const KINDS = { I8: Int8Array, U8: Uint8Array, I32: Int32Array };

/**
 * @typedef {object} NamedArray
 * @property {string} dtype
 * @property {number[]} shape
 * @property {Int8Array | Uint8Array | Int32Array} data
 */

/**
 * The arrays by name; those of other types than int8, uint8 and int32 are left out.
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
    const header = JSON.parse(utf8(bytes.subarray(8, start)));
    const arrays = {};
    for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(header)) {
      const Kind = KINDS[dtype];
      if (Kind)
        arrays[name] = { dtype, shape, data: arrayOf(Kind, bytes, shape, start + offsets[0], start + offsets[1]) };
    }
    return arrays;
  } catch (error) {
    throw new BundleCorruptError(`${url}: ${file}: ${error.message}; build the bundle again`);
  }
}

function arrayOf(Kind, bytes, shape, from, to) {
  const count = shape.reduce((product, size) => product * size, 1);
  const data = new Uint8Array(bytes.subarray(from, to)); // a copy, so that it starts where any number may
  if (data.length !== count * Kind.BYTES_PER_ELEMENT) throw new Error(`${data.length} bytes for ${shape.join(" x ")}`);
  return new Kind(data.buffer);
}
