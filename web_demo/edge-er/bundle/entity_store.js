/** Entities: one JSON object a line in entities.jsonl.gz, stream addresses line by line in streams.jsonl. */

import constants from "../data/constants.js";
import { lineParser } from "./bounds.js";
import { BundleCorruptError } from "../errors.js";
import { characters } from "../text/canonical.js";

const { longest_name: NAME, longest_spoken: SPOKEN } = constants.entity;
const HIGH = /[\ud800-\uffff]/; // where the order of code points may be another one than that of JavaScript

/**
 * @typedef {object} Entity one thing a request can name
 * @property {string} id
 * @property {string} name
 * @property {string[]} aliases
 * @property {string[]} spoken generated surface forms: searched, never shown
 * @property {Record<string, any>} metadata
 */

/** The entities of a bundle; stream addresses are checked at once, and parsed again when an entity is asked for. */
export class EntityFile {
  /**
   * @param {string} lines of entities.jsonl, unpacked
   * @param {string | null} streams lines of streams.jsonl
   * @param {URL | string} url of the bundle, for messages
   * @throws {BundleCorruptError} a line is no entity, or there are more or fewer lines of streams
   */
  constructor(lines, streams, url) {
    this._url = url;
    const parse = lineParser(lines);
    this._entities = splitLines(lines).map((line, index) =>
      entityOf(parsed("entities.jsonl.gz", line, index, url, parse), index, url),
    );
    checkOrder(this._entities, url);
    this._streams = streams === null ? null : splitLines(streams);
    if (this._streams && this._streams.length !== this._entities.length) {
      throw new BundleCorruptError(
        `${url}: streams.jsonl: expected a line for each of ${this._entities.length} entities, ` +
          `found ${this._streams.length}; build the bundle again`,
      );
    }
    if (this._streams) {
      const parseStreams = lineParser(streams);
      this._entities.forEach((_, index) => this._streamsOf(index, parseStreams));
    }
  }

  get length() {
    return this._entities.length;
  }

  /** All entities, without their stream addresses. */
  withoutStreams() {
    return this._entities;
  }

  /**
   * The entity of a line, with its stream addresses.
   * @param {number} index
   * @returns {Entity}
   */
  at(index) {
    const entity = this._entities[index];
    if (!this._streams) return entity;
    const streams = this._streamsOf(index, JSON.parse);
    return streams.length ? { ...entity, metadata: { ...entity.metadata, streams } } : entity;
  }

  /** The stream addresses of a line, which are those of its entity. */
  _streamsOf(index, parse) {
    const { id, streams } = parsed("streams.jsonl", this._streams[index], index, this._url, parse);
    const expected = this._entities[index].id;
    if (id !== expected || !Array.isArray(streams) || !streams.every((each) => typeof each === "string")) {
      throw new BundleCorruptError(
        `${this._url}: streams.jsonl, row ${index + 1}: expected id ${expected} and a list of addresses, ` +
          `found ${this._streams[index].slice(0, 100)}; build the bundle again`,
      );
    }
    return streams;
  }
}

/**
 * Name, aliases and spoken forms in this order, the first of each canonical text; never empty.
 * @param {Entity} entity
 * @param {(text: string) => string} canonicalText
 * @returns {[string, string][]} canonical text and surface form of each
 */
export function surfaceForms(entity, canonicalText) {
  const first = new Map();
  for (const form of [entity.name, ...entity.aliases, ...entity.spoken]) {
    const text = canonicalText(form);
    if (!first.has(text)) first.set(text, form);
  }
  if (first.size > 1) first.delete("");
  return [...first];
}

function splitLines(text) {
  return text.split("\n").slice(0, -1);
}

/** Ids ascend, by code points. */
function checkOrder(entities, url) {
  for (let row = 1; row < entities.length; row++) {
    const [before, id] = [entities[row - 1].id, entities[row].id];
    if (before < id && !HIGH.test(before + id)) continue;
    const [one, other] = [characters(before), characters(id)];
    const at = one.findIndex((character, place) => character !== other[place]);
    if (at < 0 ? one.length < other.length : other[at] !== undefined && one[at].codePointAt(0) < other[at].codePointAt(0)) continue;
    throw new BundleCorruptError(
      `${url}: entities.jsonl.gz, row ${row + 1}: expected ascending ids, found ${id.slice(0, 100)} after ${before.slice(0, 100)}; build the bundle again`,
    );
  }
}

function parsed(file, line, index, url, parse) {
  let values;
  try {
    values = parse(line);
  } catch (error) {
    throw new BundleCorruptError(
      `${url}: ${file}, row ${index + 1}: not JSON (${error.message}); build the bundle again`,
    );
  }
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    throw new BundleCorruptError(`${url}: ${file}, row ${index + 1}: expected an object; build the bundle again`);
  }
  return values;
}

function entityOf({ id, name, aliases = [], spoken = [], ...metadata }, index, url) {
  const lists = Array.isArray(aliases) && Array.isArray(spoken);
  if ("popularity" in metadata && !(Number.isFinite(metadata.popularity) && metadata.popularity >= 0)) {
    throw new BundleCorruptError(
      `${url}: entities.jsonl.gz, row ${index + 1}: metadata.popularity: expected a number from 0 up, ` +
        `found ${JSON.stringify(metadata.popularity)}; build the bundle again`,
    );
  }
  const texts = lists ? [id, name, ...aliases, ...spoken] : [null];
  const fit = (forms, longest) => forms.every((form) => form.length <= longest || characters(form).length <= longest);
  if (!texts.every((text) => typeof text === "string") || !id || !name || !fit([name, ...aliases], NAME) || !fit(spoken, SPOKEN)) {
    throw new BundleCorruptError(
      `${url}: entities.jsonl.gz, row ${index + 1}: expected texts as id, name, aliases and spoken, of ${NAME} characters at most; build the bundle again`,
    );
  }
  return { id, name, aliases, spoken, metadata };
}
