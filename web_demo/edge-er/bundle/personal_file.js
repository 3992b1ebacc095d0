/**
 * A person's own entries as text: one JSON object a line, as `edge_er/bundle/personal_file.py` reads and writes them. A line
 * with a name is an entry; one without says how often the person asked for the entity of that id.
 */

import { parseJson } from "./bounds.js";
import constants from "../data/constants.js";
import { CatalogError } from "../errors.js";
import { hexadecimal, plainSha256 } from "./sha256.js";
import { utf8Bytes } from "./utf8.js";

const { id_digits: ID_DIGITS, longest_name: LONGEST_NAME } = constants.entity;

const HEADER = '{"personal_file":';

/** @typedef {import("./entity_store.js").Entity} Entity */

/**
 * An entity from an own entry: `name`, `id`? (by default made of the name), `aliases`?, `spoken`?, metadata.
 * @param {Record<string, any>} entry
 * @param {(text: string) => string} canonicalText
 * @param {string} [place] where it stands, for messages
 * @returns {Entity}
 * @throws {CatalogError} there is no name, aliases are not texts, or its popularity is no number
 */
export function entryOf(entry, canonicalText, place = "") {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
    throw new CatalogError(`${place}expected an own entry as an object with a name, found ${said(entry)}`);
  }
  const { id, name, aliases, spoken, ...metadata } = entry;
  if (typeof name !== "string" || !name.trim() || name.length > 2 * LONGEST_NAME || Array.from(name).length > LONGEST_NAME || name.includes("\0")) {
    throw new CatalogError(`${place}an own entry needs a name of 1 to ${LONGEST_NAME} characters, found ${said(name)}`);
  }
  if ((id ?? null) !== null && (typeof id !== "string" || !id.trim())) {
    throw new CatalogError(`${place}expected an id as text, or none, found ${said(id)}`);
  }
  if ("popularity" in metadata) countOf(id ?? name, metadata.popularity, place);
  return {
    id: id ?? ownId(canonicalText(name) || name),
    name: name.trim(),
    aliases: textsOf(aliases, place),
    spoken: textsOf(spoken, place),
    metadata,
  };
}

/**
 * How often a person asked for the entity of an id.
 * @param {string} id
 * @param {any} value
 * @param {string} [place]
 * @returns {number}
 * @throws {CatalogError} it is no number from 0 up
 */
export function countOf(id, value, place = "") {
  if (typeof value === "number" && value >= 0 && value < Infinity) return value;
  throw new CatalogError(`${place}popularity of '${id}': expected a number from 0 up, found ${said(value)}`);
}

/**
 * Entries and popularity of a file.
 * @param {string} text its contents
 * @param {(text: string) => string} canonicalText
 * @returns {{entries: Record<string, any>[], popularity: Record<string, number>}}
 * @throws {CatalogError} a row cannot be used; the message names it
 */
export function readEntries(text, canonicalText) {
  const entries = [];
  const popularity = {};
  const sealed = checkedFile(text);
  text.split("\n").forEach((line, row) => {
    if (!line.trim() || (sealed && !row)) return;
    const place = `own entries, row ${row + 1}: `;
    let values;
    try {
      values = parseJson(row ? line : line.replace(/^\ufeff/, ""));
    } catch (error) {
      throw new CatalogError(`${place}not JSON (${error.message}); expected one object a line`);
    }
    if (values && typeof values.id === "string" && !("name" in values)) {
      popularity[values.id] = countOf(values.id, values.popularity, place);
      return;
    }
    entryOf(values, canonicalText, place);
    entries.push(values);
  });
  return { entries, popularity };
}

/**
 * The file of entries and popularity.
 * @param {Iterable<Entity>} entries
 * @param {Record<string, number>} popularity by id
 * @returns {string}
 * @throws {CatalogError} metadata cannot be written as JSON
 */
export function writeEntries(entries, popularity) {
  const rows = Array.from(entries, ({ id, name, aliases, spoken, metadata }) => ({
    id,
    name,
    ...(aliases.length && { aliases }),
    ...(spoken.length && { spoken }),
    ...metadata,
  }));
  for (const id of Object.keys(popularity).sort()) rows.push({ id, popularity: popularity[id] });
  try {
    const written = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    return `${headerOf(written)}\n${written}`;
  } catch (error) {
    throw new CatalogError(`metadata is not JSON (${error.message}); keep texts, numbers and lists`);
  }
}

/** The first line of a file: the checksum of the rest. */
const headerOf = (rest) => `${HEADER}1,"sha256":"${hexadecimal(plainSha256(utf8Bytes(rest)))}"}`;

/** Whether a file has a checksum; one that was written by hand has none. */
export const hasChecksum = (text) => text.startsWith(HEADER);

/** Whether the checksum in the first line is that of the rest; a file without one is whole. */
export function isWhole(text) {
  const end = text.indexOf("\n");
  return !hasChecksum(text) || (end >= 0 && text.slice(0, end) === headerOf(text.slice(end + 1)));
}

/** Whether a file has a checksum; an error where it is another one. */
function checkedFile(text) {
  if (!isWhole(text)) {
    throw new CatalogError(
      "own entries, row 1: damaged or cut off (checksum); copy the file again, or delete its first line to read what is left of it",
    );
  }
  return hasChecksum(text);
}

function textsOf(value, place) {
  const texts = typeof value === "string" ? value.split("|") : (value ?? []);
  if (!Array.isArray(texts) || !texts.every((text) => typeof text === "string")) {
    throw new CatalogError(`${place}expected a list of texts, found ${said(value)}`);
  }
  if (texts.some((text) => Array.from(text).length > LONGEST_NAME || text.includes("\0"))) {
    throw new CatalogError(`${place}expected texts of 1 to ${LONGEST_NAME} characters, found longer ones or U+0000`);
  }
  return [...new Set(texts.map((text) => text.trim()).filter(Boolean))];
}

/** The id that Python gives an entry without one. */
function ownId(text) {
  return `me-${hexadecimal(plainSha256(utf8Bytes(text))).slice(0, ID_DIGITS)}`;
}

const said = (value) => String(JSON.stringify(value) ?? value).slice(0, 200);
