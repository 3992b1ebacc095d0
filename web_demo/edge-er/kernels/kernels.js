/**
 * The kernels of `native/` as WebAssembly: whether they are there, and the memory that they read and write.
 *
 * They check nothing: the classes of this folder do, and lay out what the structs of `native/edge_er.h` say. Addresses
 * have 32 bits. Memory is given out and never taken back: a resolver has its own, and both go together.
 */

import { fromBase64 } from "../bundle/base64.js";
import { EngineError } from "../errors.js";
import { WASM } from "./wasm.js";

export const ENGINES = ["auto", "wasm", "javascript"];
const ABI = 4;
const PAGE = 65536;
const UNIT = 64; // addresses are multiples of it

/** @type {Promise<WebAssembly.Module> | null} */
let compiled = null; // once for all resolvers

/**
 * The kernels that an engine uses: "auto" takes them where they run, "javascript" never, "wasm" asks for them.
 * @param {"auto" | "wasm" | "javascript"} [engine]
 * @returns {Promise<Kernels | null>}
 * @throws {EngineError} the engine is "wasm", and they do not run here
 * @throws {RangeError} there is no such engine
 */
export async function kernelsFor(engine = "auto") {
  if (!ENGINES.includes(engine)) throw new RangeError(`expected engine ${ENGINES.join(", ")}, found ${engine}`);
  if (engine === "javascript") return null;
  try {
    compiled ??= WebAssembly.compile(fromBase64(WASM));
    return new Kernels(await WebAssembly.instantiate(await compiled, {}));
  } catch (error) {
    compiled = null;
    if (engine === "auto") return null;
    throw new EngineError(
      `engine 'wasm': this engine or the policy of this page runs no WebAssembly with SIMD (${error.message}); ` +
        "allow 'wasm-unsafe-eval', or load with engine: \"auto\"",
      { cause: error },
    );
  }
}

/** One copy of the kernels with memory of its own; its functions are those that `native/wasm.c` exports. */
export class Kernels {
  /** @param {WebAssembly.Instance} instance */
  constructor({ exports }) {
    if (exports.abi() !== ABI) throw new EngineError(`expected version ${ABI} of the kernels, found ${exports.abi()}`);
    /** @type {Record<string, Function>} */
    this.functions = exports;
    this._memory = exports.memory;
    this._next = upTo(UNIT, exports.__heap_base.value);
  }

  /**
   * The address of so many bytes, which are 0. Arrays that were made of the memory before may be empty afterwards.
   * @param {number} size
   * @returns {number}
   */
  room(size) {
    const address = this._next;
    this._next = upTo(UNIT, address + size);
    const missing = this._next - this._memory.buffer.byteLength;
    if (missing > 0) this._memory.grow(Math.ceil(Math.max(missing, this._next / 8) / PAGE));
    return address;
  }

  /**
   * The address of a copy.
   * @param {Int8Array | Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array} values
   * @returns {number}
   */
  put(values) {
    const address = this.room(values.byteLength);
    this.view(values.constructor, address, values.length).set(values);
    return address;
  }

  /**
   * Numbers in memory, until `room` is asked for more.
   * @template T
   * @param {new (buffer: ArrayBuffer, address: number, count: number) => T} Kind
   * @param {number} address
   * @param {number} count
   * @returns {T}
   */
  view(Kind, address, count) {
    return new Kind(this._memory.buffer, address, count);
  }
}

/** Bytes that hold what one request needs, more of them where a request needs more. */
export class Room {
  /** @param {Kernels} kernels */
  constructor(kernels) {
    this._kernels = kernels;
    this._size = 0;
    this._address = 0;
  }

  /** The address of so many bytes, the same ones again at the next call. */
  of(size) {
    if (size > this._size) {
      this._size = 2 * size;
      this._address = this._kernels.room(this._size);
    }
    return this._address;
  }
}

/** The smallest multiple of `unit` that is no smaller than `number`. */
export const upTo = (unit, number) => Math.ceil(number / unit) * unit;

/**
 * Whole numbers as 64 bits: pairs of 32, the lower one first.
 * @param {ArrayLike<number>} numbers from 0 up
 * @returns {Int32Array}
 */
export function wide(numbers) {
  const pairs = new Int32Array(2 * numbers.length);
  for (let at = 0; at < numbers.length; at++) pairs[2 * at] = numbers[at];
  return pairs;
}
