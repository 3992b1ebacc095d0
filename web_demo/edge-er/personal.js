/**
 * Own entries: a person's contacts, favourites and nicknames beside a catalog, and what this person asks for most, as in
 * `edge_er/personal.py`.
 *
 * An entity that this person asked for n times has sqrt(1 + n) times the odds of one that was never asked for, within a
 * limit. Its score rises by temperature · ln of these odds, for a difference of scores divided by the temperature is the
 * logarithm of odds.
 */

import { surfaceForms } from "./bundle/entity_store.js";
import { countOf, entryOf, readEntries } from "./bundle/personal_file.js";
import constants from "./data/constants.js";
import { CatalogError } from "./errors.js";
import { PersonalCatalog } from "./ranking/personal_catalog.js";
import { favourOf } from "./ranking/suggest.js";

const MOST = constants.personal.most; // times the odds

/**
 * @typedef {object} Shared what own entries need of their resolver
 * @property {import("./ranking/catalog.js").Catalog} catalog
 * @property {(text: string) => string} canonicalText
 * @property {(text: string) => Int8Array} encoded
 * @property {number} unit how much a score rises for odds e times as high, in units of the dot product
 * @property {string} lang
 * @property {{phonetic: string, hearing: string, numbers: string}} tables
 */

/** One person's entries and popularity beside a shared catalog; each change makes a new `catalog`. */
export class OwnEntries {
  /**
   * @param {Shared} shared
   * @param {OwnEntries} [before] entries and popularity to begin with
   */
  constructor(shared, before) {
    this._shared = shared;
    this._own = new Map(before?._own);
    this.popularity = { ...before?.popularity };
    /** The catalog that requests search now. */
    this.catalog = shared.catalog;
  }

  /** The own entries, in the order in which they were added. */
  get entries() {
    return Array.from(this._own.values(), ({ entity }) => entity);
  }

  /**
   * Add entries, or those of a file, and counts.
   * @param {string | Iterable<Record<string, any>>} entries a string is the contents of a file
   * @param {Record<string, number>} [popularity]
   */
  addAll(entries, popularity = {}) {
    let [added, counts] = [entries, popularity];
    if (typeof entries === "string") {
      const read = readEntries(entries, this._shared.canonicalText);
      [added, counts] = [read.entries, { ...read.popularity, ...popularity }];
    } else if (typeof entries?.[Symbol.iterator] !== "function") {
      throw new CatalogError(`expected a list of entries, or a file's text, found ${JSON.stringify(entries)}; write [entry]`);
    }
    this.change({ added, popularity: counts });
  }

  /**
   * Add and remove entries and set counts: all of it or nothing.
   * @param {{added?: Iterable<Record<string, any>>, removed?: Iterable<string>, popularity?: Record<string, number>}} change
   * @throws {CatalogError} an entry has no name or the id of another own entry, no own entry has an id to remove, or a
   *   count is no number from 0 up
   */
  change({ added = [], removed = [], popularity = {} }) {
    if (typeof popularity !== "object" || popularity === null || Array.isArray(popularity)) {
      throw new CatalogError(`expected popularity as {id: count}, found ${JSON.stringify(popularity)}`);
    }
    const own = new Map(this._own);
    for (const id of removed) {
      if (!own.delete(id)) throw new CatalogError(`no own entry has the id '${id}'; see ownEntries`);
    }
    for (const each of added) {
      const entity = entryOf(each, this._shared.canonicalText);
      const taken = own.get(entity.id);
      if (taken) {
        throw new CatalogError(
          `the id '${entity.id}' of '${entity.name}' is already used by '${taken.entity.name}'; ` +
            "remove that entry first, or give this one another id",
        );
      }
      own.set(entity.id, this._ready(entity));
    }
    const counts = { ...this.popularity };
    for (const [id, count] of Object.entries(popularity)) counts[id] = countOf(id, count);
    const asked = Object.entries(counts).filter(([, count]) => count > 0);
    const bonus = new Map(asked.map(([id, count]) => [id, this._bonus(count)]));
    const favour = new Map(asked.map(([id, count]) => [id, favourOf(count)]).filter(([, quarters]) => quarters));
    const { catalog, lang, tables } = this._shared;
    this.catalog = new PersonalCatalog(catalog, [...own.values()], bonus, favour, lang, tables);
    this._own = own;
    this.popularity = counts;
  }

  _ready(entity) {
    const forms = surfaceForms(entity, this._shared.canonicalText);
    return { entity, forms, vectors: forms.map(([, form]) => this._shared.encoded(form)) };
  }

  /** What an entity asked for `count` times gains, in whole units of the dot product. */
  _bonus(count) {
    const gain = this._shared.unit * Math.log(Math.min(Math.sqrt(1 + count), MOST));
    const below = Math.floor(gain);
    const rest = gain - below;
    return rest > 0.5 || (rest === 0.5 && below % 2) ? below + 1 : below;
  }
}
