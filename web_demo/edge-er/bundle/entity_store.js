/** Entities: one JSON object a line in entities.jsonl.gz, stream addresses line by line in streams.jsonl. */

import constants from "../data/constants.js";
import { BundleCorruptError } from "../errors.js";
import { characters } from "../text/canonical.js";

const { longest_name: NAME, longest_spoken: SPOKEN } = constants.entity;

/**
 * @typedef {object} Entity one thing a request can name
 * @property {string} id
 * @property {string} name
 * @property {string[]} aliases
 * @property {string[]} spoken generated surface forms: searched, never shown
 * @property {Record<string, any>} metadata
 */

/** The entities of a bundle; stream addresses are parsed when an entity is asked for. */
export class EntityFile {
  /**
   * @param {string} lines of entities.jsonl, unpacked
   * @param {string | null} streams lines of streams.jsonl
   * @param {URL | string} url of the bundle, for messages
   * @throws {BundleCorruptError} a line is no entity, or there are more or fewer lines of streams
   */
  constructor(lines, streams, url) {
    this._url = url;
    this._entities = splitLines(lines).map((line, index) =>
      entityOf(parsed("entities.jsonl.gz", line, index, url), index, url),
    );
    this._streams = streams === null ? null : splitLines(streams);
    if (this._streams && this._streams.length !== this._entities.length) {
      throw new BundleCorruptError(
        `${url}: streams.jsonl: expected a line for each of ${this._entities.length} entities, ` +
          `found ${this._streams.length}; build the bundle again`,
      );
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
    const { id, streams } = parsed("streams.jsonl", this._streams[index], index, this._url);
    if (id !== entity.id || !Array.isArray(streams)) {
      throw new BundleCorruptError(
        `${this._url}: streams.jsonl, row ${index + 1}: expected the streams of ${entity.id}, found ${id}; build the bundle again`,
      );
    }
    return streams.length ? { ...entity, metadata: { ...entity.metadata, streams } } : entity;
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

function parsed(file, line, index, url) {
  let values;
  try {
    values = JSON.parse(line);
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
  const texts = lists ? [id, name, ...aliases, ...spoken] : [null];
  const fit = (forms, longest) => forms.every((form) => form.length <= longest || characters(form).length <= longest);
  if (!texts.every((text) => typeof text === "string") || !id || !name || !fit([name, ...aliases], NAME) || !fit(spoken, SPOKEN)) {
    throw new BundleCorruptError(
      `${url}: entities.jsonl.gz, row ${index + 1}: expected texts as id, name, aliases and spoken, of ${NAME} characters at most; build the bundle again`,
    );
  }
  return { id, name, aliases, spoken, metadata };
}
