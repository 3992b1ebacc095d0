/**
 * Inflate: unpacks gzip (RFC 1952) and raw deflate (RFC 1951) where the engine has no DecompressionStream.
 *
 * Codes are read a bit at a time, by counting how many codes each length has (Huffman codes in canonical order): small
 * rather than fast, some 20 ms a megabyte.
 */

const LONGEST = 15; // bits of a code
const LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const DISTANCES = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193,
  12289, 16385, 24577,
];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const HEADER = 10; // bytes of gzip's, before what its flags add
const TRAILER = 8;

/** Extra bits of a length or a distance, by their place in the tables above. */
const extraOfLength = (code) => (code < 8 || code === 28 ? 0 : (code >> 2) - 1);
const extraOfDistance = (code) => (code < 4 ? 0 : (code >> 1) - 1);

/**
 * What was packed.
 * @param {Uint8Array} data
 * @param {"gzip" | "deflate-raw"} format
 * @param {number} [most] bytes that it may have
 * @returns {Uint8Array}
 * @throws {Error} the data is damaged, ends too early, or holds more
 */
export function inflate(data, format, most = Infinity) {
  if (format !== "gzip") return new Inflater(data, most).all();
  const found = new Inflater(data.subarray(startOf(data), data.length - TRAILER), most).all();
  const size = new DataView(data.buffer, data.byteOffset + data.length - 4, 4).getUint32(0, true);
  if (size !== found.length % 2 ** 32) throw new Error(`expected ${size} bytes, found ${found.length}`);
  return found;
}

/** Where the packed data of a gzip file starts. */
function startOf(data) {
  if (data.length < HEADER + TRAILER || data[0] !== 0x1f || data[1] !== 0x8b || data[2] !== 8) throw new Error("no gzip header");
  const flags = data[3];
  let at = HEADER;
  if (flags & 4) at += 2 + data[at] + 256 * data[at + 1];
  for (const text of [8, 16]) if (flags & text) at = data.indexOf(0, at) + 1 || data.length;
  if (flags & 2) at += 2;
  if (!(at <= data.length - TRAILER)) throw new Error("it ends too early");
  return at;
}

/** Reads bits, lowest first, and writes bytes. */
class Inflater {
  constructor(data, most) {
    this._data = data;
    this._most = most;
    this._at = 0;
    this._held = 0;
    this._count = 0; // bits held
    this._out = new Uint8Array(Math.max(4 * data.length, 1024));
    this._size = 0;
  }

  all() {
    for (let last = 0; !last;) {
      last = this._bits(1);
      const kind = this._bits(2);
      if (kind === 0) this._stored();
      else if (kind === 1) this._block(codes(fixedLengths()), codes(new Uint8Array(30).fill(5)));
      else if (kind === 2) this._block(...this._dynamic());
      else throw new Error("no block of kind 3");
    }
    if (this._size > this._most) throw new Error(`expected ${this._most} bytes at most, found more`);
    return this._out.slice(0, this._size);
  }

  _bits(count) {
    while (this._count < count) {
      if (this._at >= this._data.length) throw new Error("it ends too early");
      this._held |= this._data[this._at++] << this._count;
      this._count += 8;
    }
    const value = this._held & ((1 << count) - 1);
    this._held >>>= count;
    this._count -= count;
    return value;
  }

  _room(count) {
    if (this._size > this._most) throw new Error(`expected ${this._most} bytes at most, found more`);
    if (this._size + count <= this._out.length) return;
    const larger = new Uint8Array(2 * (this._size + count));
    larger.set(this._out.subarray(0, this._size));
    this._out = larger;
  }

  _stored() {
    this._held = 0;
    this._count = 0;
    const size = this._bits(16);
    if ((this._bits(16) ^ size) !== 0xffff) throw new Error("a block of a wrong size");
    if (this._at + size > this._data.length) throw new Error("it ends too early");
    this._room(size);
    this._out.set(this._data.subarray(this._at, this._at + size), this._size);
    this._at += size;
    this._size += size;
  }

  _symbol({ counts, symbols }) {
    let [code, first, index] = [0, 0, 0];
    for (let length = 1; length <= LONGEST; length++) {
      code |= this._bits(1);
      if (code - counts[length] < first) return symbols[index + code - first];
      index += counts[length];
      first = (first + counts[length]) << 1;
      code <<= 1;
    }
    throw new Error("a code that is none");
  }

  _dynamic() {
    const [literals, distances, told] = [this._bits(5) + 257, this._bits(5) + 1, this._bits(4) + 4];
    const ofLengths = new Uint8Array(19);
    for (let i = 0; i < told; i++) ofLengths[ORDER[i]] = this._bits(3);
    const code = codes(ofLengths);
    const lengths = new Uint8Array(literals + distances);
    for (let at = 0; at < lengths.length;) {
      const symbol = this._symbol(code);
      if (symbol < 16) {
        lengths[at++] = symbol;
        continue;
      }
      if (symbol === 16 && !at) throw new Error("a length repeated before there is one");
      const times = symbol === 16 ? 3 + this._bits(2) : symbol === 17 ? 3 + this._bits(3) : 11 + this._bits(7);
      if (at + times > lengths.length) throw new Error("too many lengths");
      if (symbol === 16) lengths.fill(lengths[at - 1], at, at + times);
      at += times;
    }
    return [codes(lengths.subarray(0, literals)), codes(lengths.subarray(literals))];
  }

  _block(literals, distances) {
    for (;;) {
      const symbol = this._symbol(literals);
      if (symbol === 256) return;
      this._room(258);
      if (symbol < 256) {
        this._out[this._size++] = symbol;
        continue;
      }
      const length = LENGTHS[symbol - 257] + this._bits(extraOfLength(symbol - 257));
      const far = this._symbol(distances);
      const distance = DISTANCES[far] + this._bits(extraOfDistance(far));
      if (!(length && distance <= this._size)) throw new Error("a repetition of what is not there");
      for (let left = length; left > 0; left--) this._out[this._size] = this._out[this._size++ - distance];
    }
  }
}

/** How many codes have each length, and the symbols in the order of their codes. */
function codes(lengths) {
  const counts = new Uint16Array(LONGEST + 1);
  for (const length of lengths) counts[length]++;
  counts[0] = 0;
  let left = 1;
  for (let length = 1; length <= LONGEST; length++) {
    left = 2 * left - counts[length];
    if (left < 0) throw new Error("more codes than there can be");
  }
  const order = Array.from(lengths.keys()).filter((symbol) => lengths[symbol]);
  return { counts, symbols: order.sort((one, other) => lengths[one] - lengths[other] || one - other) };
}

const fixedLengths = () => Uint8Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8));
