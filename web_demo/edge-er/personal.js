/**
 * A person's own entries beside a catalog: contacts, favourites, nicknames, as in `edge_er/personal.py`.
 *
 * Own entries have the same evidence as the catalog's entities; sound pieces and words are worth what they are there, so
 * that no other answer's score changes. An entry with the id of an entity of the catalog gives that entity more names,
 * and metadata in fields that it has not.
 */

import { bestCandidates, demandOf } from "./catalog.js";
import constants from "./data/constants.js";
import { surfaceForms } from "./entities.js";
import { EdgeERError } from "./errors.js";
import { FormEvidence } from "./evidence.js";
import { hexadecimal, plainSha256 } from "./sha256.js";
import { FormSuggestions, suggested } from "./suggest.js";

const ID_DIGITS = constants.entity.id_digits;

/** A catalog with own entries: its entities keep their indices, own ones come after them. */
export class PersonalCatalog {
  /**
   * @param {import("./catalog.js").Catalog | PersonalCatalog} base
   * @param {Iterable<{id?: string, name: string, aliases?: string[]}>} entries
   * @param {object} tools
   * @param {(text: string) => string} tools.canonicalText
   * @param {(text: string) => Int8Array} tools.encoded
   * @param {string} tools.lang
   * @param {{phonetic: string, hearing: string, numbers: string}} tools.tables
   * @throws {EdgeERError} an entry without a name, or an id twice
   */
  constructor(base, entries, tools) {
    if (typeof entries === "string" || typeof entries?.[Symbol.iterator] !== "function") {
      throw new EdgeERError(`expected a list of entries, found ${JSON.stringify(entries)}; write [entry]`);
    }
    this._base = base instanceof PersonalCatalog ? base._base : base;
    const before = base instanceof PersonalCatalog ? base.ownEntries : [];
    this.ownEntries = [...before, ...[...entries].map((entry) => entryOf(entry, tools.canonicalText))];
    this._owners = new Map();
    this._renamed = new Map();
    this._own = [];
    this._place();
    const forms = this.ownEntries.flatMap((entry) =>
      surfaceForms(entry, tools.canonicalText).map(([text, form]) => ({ text, form, entry })),
    );
    this._forms = forms.map(({ form }) => form);
    this._set = null;
    this._evidence = forms.length ? this._evidenceOf(forms, tools) : null;
    this._head = this._base.head?.with((form) => tools.canonicalText(this.form(form))) ?? null;
  }

  /** See `Catalog.ranked`. */
  ranked(hypotheses, k, allowed = null) {
    const pool = this._base.evidence.pool(hypotheses, k, allowed);
    const own = this._evidence?.pool(hypotheses, k, allowed) ?? [];
    const after = this._base.forms.length;
    const joined = [...pool, ...own.map((each) => ({ ...each, form: each.form + after }))];
    return bestCandidates(joined, hypotheses, k, this._base.weights, this._head);
  }

  /** See `Catalog.suggested`. */
  suggested(typed, k, allowed = null) {
    const base = this._base.suggestions;
    const sets = this._set ? [base, (this._suggestions ??= this._suggestionsOf(base))] : [base];
    return suggested(sets, typed, k, this._base.weights.numbers, allowed);
  }

  _suggestionsOf(base) {
    return new FormSuggestions(this._set, this._lang, this._tables, this._base.evidence.carriers, { base });
  }

  /** See `Catalog.entity`. */
  entity(index) {
    const count = this._base.entities.length;
    if (index >= count) return this._own[index - count];
    return this._withOwnNames(this._base.entity(index), index);
  }

  /** See `Catalog.searched`. */
  get searched() {
    return [...this._base.searched.map((entity, index) => this._withOwnNames(entity, index)), ...this._own];
  }

  _withOwnNames(entity, index) {
    const entry = this._renamed.get(index);
    if (!entry) return entity;
    const names = new Set([...entity.aliases, entry.name, ...entry.aliases]);
    names.delete(entity.name);
    return { ...entity, aliases: [...names], metadata: { ...entry.metadata, ...entity.metadata } };
  }

  /** See `Catalog.form`. */
  form(index) {
    const count = this._base.forms.length;
    return index < count ? this._base.form(index) : this._forms[index - count];
  }

  /** See `Catalog.canonicalForm`. */
  canonicalForm(index) {
    const count = this._base.forms.length;
    return index < count ? this._base.canonicalForm(index) : this._evidence.forms[index - count];
  }

  /** See `Catalog.size`. */
  get size() {
    return this._base.size + this._own.length;
  }

  /** The entity of each entry: one of the catalog's, or a new one after them. */
  _place() {
    const there = new Map(this._base.entities.withoutStreams().map(({ id }, index) => [id, index]));
    for (const entry of this.ownEntries) {
      if (this._owners.has(entry.id)) {
        throw new EdgeERError(`the id '${entry.id}' is used twice; remove one entry, or give it another id`);
      }
      const index = there.get(entry.id);
      if (index === undefined) this._own.push(entry);
      else this._renamed.set(index, entry);
      this._owners.set(entry.id, index ?? this._base.entities.length + this._own.length - 1);
    }
  }

  _evidenceOf(forms, { encoded, lang, tables }) {
    const vectors = forms.map(({ form }) => encoded(form));
    const dim = vectors[0].length;
    const rows = new Int8Array(forms.length * dim);
    vectors.forEach((vector, form) => rows.set(vector, form * dim));
    const demand = forms.map(({ entry }) => this._demand(entry));
    const set = {
      forms: forms.map(({ text }) => text),
      vectors: rows,
      owners: Int32Array.from(forms, ({ entry }) => this._owners.get(entry.id)),
      demand: Int32Array.from(demand),
    };
    Object.assign(this, { _set: set, _lang: lang, _tables: tables });
    return new FormEvidence(set, lang, this._base.weights, tables, this._base.evidence);
  }

  /** What a catalog's entity is asked for counts for its own names too. */
  _demand(entry) {
    const index = this._owners.get(entry.id);
    return demandOf(index < this._base.entities.length ? this._base.entities.withoutStreams()[index] : entry);
  }
}

function entryOf({ id, name, aliases, ...metadata }, canonicalText) {
  const listed = typeof aliases === "string" ? aliases.split("|") : (aliases ?? []);
  const texts = Array.isArray(listed) ? [name, ...listed, id ?? ""] : [listed];
  if (!texts.every((text) => typeof text === "string") || !name.trim()) {
    throw new EdgeERError(`an own entry needs a name, and texts as aliases and id, found ${JSON.stringify(texts)}`);
  }
  const others = [...new Set(listed.map((alias) => alias.trim()).filter(Boolean))];
  return { id: id ?? ownId(canonicalText(name) || name), name: name.trim(), aliases: others, spoken: [], metadata };
}

/** The id that Python gives an entry without one. */
function ownId(text) {
  return `me-${hexadecimal(plainSha256(new TextEncoder().encode(text))).slice(0, ID_DIGITS)}`;
}
