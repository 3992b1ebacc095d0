/** Checks of a bundle when it is read: what its files say of each other, as `edge_er/bundle/checks.py` has them. */

import { parseJson } from "./bounds.js";
import { BundleCorruptError } from "../errors.js";
import { check } from "./schema.js";
import { utf8 } from "./utf8.js";

/**
 * The card of a bundle's encoder; card and tokenizer are checked.
 * @param {Map<string, Uint8Array>} files
 * @param {URL | string} url of the bundle, for messages
 * @returns {Record<string, any>}
 * @throws {BundleCorruptError} one of them is not what the schema says
 */
export function checkEncoder(files, url) {
  const card = checked(files, "encoder.json", "card", url);
  const { vocab } = checked(files, "tokenizer.json", "tokenizer", url).model;
  const numbers = Object.values(vocab);
  const fits = numbers.every((number) => Number.isInteger(number) && number >= 0 && number < numbers.length);
  if (!fits || new Set(numbers).size !== numbers.length) {
    throw new BundleCorruptError(
      `${url}: tokenizer.json, model.vocab: expected the numbers 0 to ${numbers.length - 1}, each once, found others; build the bundle again`,
    );
  }
  return card;
}

function checked(files, file, schema, url) {
  let value;
  try {
    value = parseJson(utf8(files.get(file)));
  } catch (error) {
    throw new BundleCorruptError(`${url}: ${file}: not JSON (${error.message}); build the bundle again`);
  }
  try {
    check(value, schema);
  } catch (error) {
    throw new BundleCorruptError(`${url}: ${file}, ${error.message}; build the bundle again`);
  }
  return value;
}

/**
 * Check vectors and the entity of each form.
 * @param {Record<string, import("./safetensors.js").NamedArray>} arrays of `vectors.safetensors`
 * @param {number} entities how many there are
 * @param {Record<string, any>} manifest
 * @param {Record<string, any>} card
 * @param {URL | string} url
 * @throws {BundleCorruptError} they do not fit each other
 */
export function checkVectors({ vectors, entity }, entities, manifest, card, url) {
  const file = "vectors.safetensors";
  const wrong = (expected) => new BundleCorruptError(`${url}: ${file}: expected ${expected}; build the bundle again`);
  if (vectors?.dtype !== "I8" || vectors.shape.length !== 2) throw wrong("vectors int8 [forms, dim]");
  if (entity?.dtype !== "I32" || entity.shape.length !== 1 || entity.shape[0] !== vectors.shape[0]) {
    throw wrong("an int32 entity index for each form");
  }
  fit(url, [
    ["manifest.json, counts.entities", manifest.counts.entities, entities],
    ["manifest.json, counts.forms", manifest.counts.forms, vectors.shape[0]],
    ["manifest.json, index.dim", manifest.index.dim ?? card.dim, card.dim],
    [`${file}, dimensions`, card.dim, vectors.shape[1]],
  ]);
  const { data } = entity;
  let owners = data.length ? 1 : 0;
  for (let form = 1; form < data.length; form++) {
    if (data[form] < data[form - 1]) throw wrong("forms in the order of their entities");
    if (data[form] > data[form - 1]) owners++;
  }
  if (owners !== entities || (owners && (data[0] !== 0 || data[data.length - 1] !== entities - 1))) {
    throw wrong(`a form for each of ${entities} entities and no other`);
  }
}

/**
 * Check the tokens of forms for a head.
 * @param {Record<string, import("./safetensors.js").NamedArray>} arrays of `head_tokens.safetensors`
 * @param {number} forms how many there are
 * @param {Record<string, any>} card
 * @param {URL | string} url
 * @returns {{tokens: Int8Array, lengths: Uint8Array}}
 * @throws {BundleCorruptError} they do not fit the head or the forms
 */
export function checkHeadTokens({ tokens, lengths }, forms, card, url) {
  const file = "head_tokens.safetensors";
  const { entity_tokens: most, dim } = card.head ?? {};
  fit(url, [
    [`${file}, tokens`, "I8", tokens?.dtype],
    [`${file}, lengths`, "U8", lengths?.dtype],
    [file, [forms, most, dim].join(" x "), tokens?.shape.join(" x ")],
    [`${file}, lengths`, String(forms), lengths?.shape.join(" x ")],
  ]);
  fit(url, [[`${file}, longest`, true, lengths.data.every((length) => length <= most)]]);
  return { tokens: tokens.data, lengths: lengths.data };
}

function fit(url, pairs) {
  for (const [what, expected, found] of pairs) {
    if (expected !== found) {
      throw new BundleCorruptError(`${url}: ${what}: expected ${expected}, found ${found}; build the bundle again`);
    }
  }
}
