/**
 * The tensors of an ONNX file: just enough of Protocol Buffers to take the initializers out.
 *
 * Fields: ModelProto.graph 7; GraphProto.node 1, initializer 5; NodeProto.op_type 4, attribute 5; AttributeProto.name
 * 1, f 2; TensorProto.dims 1, data_type 2, name 8, raw_data 9.
 */

import { utf8 } from "../bundle/utf8.js";
import { EncoderError } from "../errors.js";

const FLOAT = 1;
const INT8 = 3;
const INT64 = 7;

/**
 * @typedef {object} Tensor
 * @property {number[]} shape
 * @property {Float32Array | Int8Array | Float64Array} data row by row; int64 as doubles, for they are small
 */

/**
 * Initializers by name, and the epsilon of layer normalisation, of an ONNX graph.
 * @param {Uint8Array} bytes
 * @param {string} file its name, for messages
 * @returns {{tensors: Map<string, Tensor>, epsilon: number}}
 * @throws {EncoderError} it is no such file
 */
export function readGraph(bytes, file) {
  try {
    const tensors = new Map();
    let epsilon = 1e-12;
    for (const graph of fields(bytes).filter((field) => field.number === 7)) {
      for (const field of fields(graph.value)) {
        if (field.number === 5) {
          const [name, tensor] = readTensor(field.value);
          tensors.set(name, tensor);
        } else if (field.number === 1) {
          epsilon = epsilonOf(field.value) ?? epsilon;
        }
      }
    }
    return { tensors, epsilon };
  } catch (error) {
    throw new EncoderError(`${file}: cannot be read (${error.message}); export the encoder again`, {
      cause: error,
    });
  }
}

/** The fields of a message: number and value, a number for a varint, bytes otherwise. */
function fields(bytes) {
  const found = [];
  const place = { at: 0 };
  while (place.at < bytes.length) {
    const tag = varint(bytes, place);
    const number = tag >>> 3;
    const kind = tag & 7;
    if (kind === 0) {
      found.push({ number, value: varint(bytes, place) });
      continue;
    }
    const size = { 1: 8, 2: -1, 5: 4 }[kind];
    if (size === undefined) throw new Error(`no field of kind ${kind}`);
    const length = size < 0 ? varint(bytes, place) : size;
    if (place.at + length > bytes.length) throw new Error("it ends too early");
    found.push({ number, value: bytes.subarray(place.at, place.at + length) });
    place.at += length;
  }
  return found;
}

/** A whole number from 0 up; dimensions and sizes are far below 2^53. */
function varint(bytes, place) {
  let value = 0;
  for (let unit = 1; ; unit *= 128) {
    if (place.at >= bytes.length) throw new Error("it ends too early");
    const byte = bytes[place.at++];
    value += (byte & 127) * unit;
    if (byte < 128) return value;
  }
}

function text(bytes) {
  return utf8(bytes);
}

function readTensor(bytes) {
  const shape = [];
  let name = "";
  let type = 0;
  let raw = new Uint8Array(0);
  for (const { number, value } of fields(bytes)) {
    if (number === 1) shape.push(...(typeof value === "number" ? [value] : packed(value)));
    else if (number === 2) type = value;
    else if (number === 8) name = text(value);
    else if (number === 9) raw = value;
  }
  const { buffer } = new Uint8Array(raw); // a copy, so that it starts where any type of number may
  const count = shape.reduce((product, size) => product * size, 1);
  const Kind = { [FLOAT]: Float32Array, [INT8]: Int8Array, [INT64]: Float64Array }[type];
  if (!Kind) throw new Error(`tensor ${name}: data type ${type}`);
  if (buffer.byteLength !== count * Kind.BYTES_PER_ELEMENT)
    throw new Error(`tensor ${name}: ${buffer.byteLength} bytes`);
  return [name, { shape, data: type === INT64 ? wholeNumbers(buffer) : new Kind(buffer) }];
}

/** Numbers of 64 bits. */
function wholeNumbers(buffer) {
  const halves = new Int32Array(buffer); // the lower one first, as on all machines that run JavaScript
  return Float64Array.from({ length: halves.length / 2 }, (_, i) => (halves[2 * i] >>> 0) + 2 ** 32 * halves[2 * i + 1]);
}

function packed(bytes) {
  const values = [];
  for (const place = { at: 0 }; place.at < bytes.length;) values.push(varint(bytes, place));
  return values;
}

function epsilonOf(node) {
  const parts = fields(node);
  if (!parts.some(({ number, value }) => number === 4 && text(value) === "LayerNormalization")) return undefined;
  for (const attribute of parts.filter(({ number }) => number === 5)) {
    const told = fields(attribute.value);
    if (told.some(({ number, value }) => number === 1 && text(value) === "epsilon")) {
      const value = told.find(({ number }) => number === 2)?.value;
      if (value) return new DataView(value.buffer, value.byteOffset, 4).getFloat32(0, true);
    }
  }
  return undefined;
}
