/**
 * node properties_node.mjs WEB_FOLDER BUNDLE ZIP RUNS SEED: properties of the JavaScript runtime, by fast-check; prints JSON.
 *
 * `failures` are those that do not hold, with the smallest example; `texts` and `values` are what Python is to say the same of.
 */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";

const [web, bundle, zip, runs, seed] = process.argv.slice(2);
const runtime = (name) => import(pathToFileURL(join(web, "edge-er", name)).href);
const [{ CanonicalText, characters }, { WordPiece }, { Misrecognition }, { NgramIndex, ngrams }, { bestForms }] = await Promise.all(
  ["text/canonical.js", "encoder/wordpiece.js", "text/misrecognition.js", "text/ngrams.js", "ranking/candidates.js"].map(runtime),
);
const [{ kernelsFor }, { readArrays }, { readGraph }, { inflate }, { zipReader }, { readEntries }, { check, SchemaError }] = await Promise.all(
  ["kernels/kernels", "bundle/safetensors", "encoder/onnx", "bundle/inflate", "bundle/storage", "bundle/personal_file", "bundle/schema"].map(
    (name) => runtime(`${name}.js`),
  ),
);
const { EdgeERError } = await runtime("errors.js");
const { BOUNDS, firstOf, requestText } = await runtime("bundle/bounds.js");
const { TABLES } = await runtime("data/tables.js");
const { SCHEMAS } = await runtime("data/schemas.js");
const found = { failures: [], runs: 0, texts: [], values: [] };

async function property(name, ...parts) {
  const holds = parts.pop();
  const told = fc.asyncProperty(...parts, async (...values) => {
    found.runs += 1;
    return holds(...values);
  });
  const { failed, counterexample, error } = await fc.check(told, { numRuns: Number(runs), seed: Number(seed) });
  if (failed) found.failures.push([name, JSON.stringify(counterexample).slice(0, 600), String(error).slice(0, 300)]);
}

const letters = fc.constantFrom(..."abehrt1 é中'.5&+-ßñ🎵\u0301İ", " ");
const text = fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), fc.string({ unit: letters, maxLength: 30 }));
const normalizer = new CanonicalText(TABLES.unicode);
const canonical = (said) => normalizer.canonicalText(said);
const plain = text.map(canonical);

await property("canonical text is canonical", text, (said) => {
  const once = canonical(said);
  found.texts.push([said, once]);
  return canonical(once) === once && once === once.trim() && !once.includes("  ");
});
await property("space around and between does not count", text, (said) => canonical(`  ${said}\t`) === canonical(said));

const part = fc.tuple(fc.constantFrom("l'", "b. ", "zz ", "1.000.", "ñ5", "電視", "🎵", "& ", "-", "x"), fc.integer({ min: 1, max: 1500 }));
await property("a long request is read as far as needed", fc.array(part, { maxLength: 6 }), (parts) => {
  const long = parts.map(([piece, times]) => piece.repeat(times)).join("");
  return requestText(canonical(normalizer.beginning(long, BOUNDS.text))) === requestText(canonical(long));
});

for (const piece of ["🎵", "\ud800", " ", "-"]) {
  const near = piece.repeat(BOUNDS.raw_text - 3);
  const read = (said) => requestText(canonical(normalizer.beginning(firstOf(said, BOUNDS.raw_text), BOUNDS.text)));
  const both = [read(`${near}abcde`), read(`${near}${piece.repeat(3)}abcde`)].join();
  if (both !== "abc,") found.failures.push(["of a text without letters no more is looked at", piece, both]);
}

const pieces = new WordPiece(await readFile(join(bundle, "tokenizer.json"), "utf8"));
const [CLS, SEP, UNK] = ["[CLS]", "[SEP]", "[UNK]"].map((token) => pieces._ids.get(token));

/** Ids by the book: of each word the longest piece that fits, again and again; [UNK] where one does not. */
function idsByTheBook(said) {
  const ids = [CLS];
  for (const word of said.split(" ").filter(Boolean)) {
    const all = characters(word);
    const own = [];
    for (let start = 0; start < all.length;) {
      let end = all.length;
      const piece = () => (start ? "##" : "") + all.slice(start, end).join("");
      while (end > start && !pieces._ids.has(piece())) end--;
      if (end === start || all.length > pieces._longest) {
        own.splice(0, Infinity, UNK);
        break;
      }
      own.push(pieces._ids.get(piece()));
      start = end;
    }
    ids.push(...own);
  }
  return [...ids, SEP];
}

await property("token ids are those of the book, cut at the end", plain, fc.integer({ min: 2, max: 20 }), (said, most) => {
  const whole = idsByTheBook(said);
  const expected = whole.length <= most ? whole : [...whole.slice(0, most - 1), SEP];
  return JSON.stringify(pieces.ids(said, most)) === JSON.stringify(expected);
});

const word = fc.string({ unit: fc.constantFrom(..."abehrt1é中"), minLength: 1, maxLength: 6 });
const phrase = fc.array(fc.oneof(word, fc.constantFrom("play", "bitte", "radio", "fm")), { maxLength: 4 }).map((words) => canonical(words.join(" ")));
const language = fc.constantFrom("de", "en", "es", "fr", "it", "xx");

/** The best alignment of a form with a part of a request, one beginning and one cell after another. */
function alignedByTheBook({ costs, lost }, { letters: heard, usual, added, left, border }) {
  const count = heard.length;
  let best = -Infinity;
  for (let first = 0; first <= count; first++) {
    let row = [0];
    for (let place = first; place < count; place++) row.push(row[row.length - 1] - added[place]);
    costs.forEach((cost, at) => {
      const next = [row[0] - lost[at]];
      for (let i = 1; i < row.length; i++) {
        const place = first + i - 1;
        next.push(Math.max(row[i] - lost[at], next[i - 1] - added[place], row[i - 1] + usual[place] - cost[heard[place]]));
      }
      row = next;
    });
    row.forEach((score, i) => {
      const end = first + i;
      best = Math.max(best, score + border[first] + border[end] - left[first] - (left[count] - left[end]));
    });
  }
  return best;
}

const kernels = await kernelsFor("wasm");
await property("the misrecognition score is that of the best alignment", language, fc.array(phrase, { minLength: 1, maxLength: 4 }), phrase, (lang, forms, said) => {
  const hearing = new Misrecognition(TABLES.hearing, lang, forms);
  const compiled = new Misrecognition(TABLES.hearing, lang, forms, { kernels });
  const all = forms.map((_, form) => form);
  const expected = said
    ? all.map((form) => alignedByTheBook(hearing._lettersOf(forms[form]), hearing._heard(said)))
    : all.map(() => 0);
  return [hearing, compiled].every((each) => JSON.stringify(each.worth(said, all)) === JSON.stringify(expected));
});

/** Indices of the highest scores, ties by index, by sorting all. */
const sorted = (scores, count) =>
  Array.from(scores, (_, at) => at)
    .sort((one, other) => scores[other] - scores[one] || one - other)
    .slice(0, count);
await property("the best forms are the first of all, sorted", fc.array(fc.integer({ min: -3, max: 9 }), { maxLength: 200 }), fc.integer({ min: 1, max: 40 }), (scores, count) => {
  return JSON.stringify(bestForms(Float64Array.from(scores), count)) === JSON.stringify(sorted(scores, count));
});
await property("n-grams that are shared, and the forms that share most", fc.array(phrase, { minLength: 1, maxLength: 90 }), phrase, fc.integer({ min: 1, max: 12 }), (forms, said, count) => {
  const index = new NgramIndex(forms);
  const compiled = new NgramIndex(forms);
  const sizes = Float64Array.from(compiled.totals, (total) => total + 150);
  compiled.useKernels(kernels, sizes);
  const asked = ngrams(said);
  const shared = forms.map((form) => [...ngrams(form)].filter((piece) => asked.has(piece)).reduce((sum, piece) => sum + index.worth(piece), 0));
  const both = [index.shared(said), compiled.shared(said)].map((each) => JSON.stringify(Array.from(each)));
  const nearest = sorted(shared.map((sum, form) => sum / sizes[form]), count).sort((one, other) => one - other);
  return both.every((each) => each === JSON.stringify(shared)) && JSON.stringify(compiled.best(count)) === JSON.stringify(nearest);
});

// Readers: any bytes, and whole files with some bytes changed or cut, end in what they say or in an error of this runtime.
const ours = async (read) => {
  try {
    await read();
  } catch (error) {
    if (!(error instanceof EdgeERError)) throw error;
  }
  return true;
};
const files = Object.fromEntries(
  await Promise.all(["vectors.safetensors", "encoder.onnx", "tokenizer.json"].map(async (name) => [name, await readFile(join(bundle, name))])),
);
const zipped = await readFile(zip);
const edits = fc.array(fc.tuple(fc.nat(2 ** 31), fc.nat(255)), { maxLength: 4 });
const damaged = (whole, near) =>
  fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.tuple(edits, fc.nat(3), fc.nat(2 ** 31)).map(([changes, cut, size]) => {
      const copy = Uint8Array.from(whole);
      for (const [at, value] of changes) copy[at % near] = value;
      return cut ? copy : copy.subarray(0, size % copy.length);
    }),
  );
await property("arrays of any bytes", damaged(files["vectors.safetensors"].subarray(0, 5000), 160), (data) => ours(() => readArrays(data, "f", "b")));
await property("a graph of any bytes", damaged(files["encoder.onnx"].subarray(0, 5000), 400), (data) => ours(() => readGraph(data, "f")));
await property("a zip of any bytes", damaged(zipped, zipped.length), (data) =>
  ours(async () => {
    const reader = await zipReader(data, "b");
    await reader("manifest.json", 10000);
  }),
);
await property("unpacked bytes end", fc.uint8Array({ maxLength: 80 }), (data) => {
  try {
    return inflate(data, "deflate-raw", 10000).length <= 10000;
  } catch (error) {
    return !(error instanceof TypeError);
  }
});
const row = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom("id", "name", "aliases", "popularity", "x"), fc.jsonValue()));
await property("own entries of any rows", fc.array(row, { maxLength: 4 }), (rows) =>
  ours(() => readEntries(rows.map((each) => JSON.stringify(each)).join("\n"), canonical)),
);
await property("the schema of any value", fc.constantFrom(...Object.keys(SCHEMAS)), fc.oneof(fc.jsonValue({ noUnicodeString: false }), row), (name, value) => {
  let outcome = true;
  try {
    check(value, name);
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    outcome = error.message.length < 20;
  }
  found.values.push([name, JSON.stringify(value), outcome]);
  return true;
});
console.log(JSON.stringify(found));
