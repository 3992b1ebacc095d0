/**
 * A catalog and a person's own entries: one pool of candidates, one order, as in `edge_er/ranking/personal_catalog.py`.
 *
 * Own entries have the same evidence as the catalog's entities; sound pieces and words are worth what they are there, so
 * that no other answer's score changes. An entry with the id of an entity of the catalog gives that entity more names,
 * and metadata in fields that it has not.
 */

import { bestCandidates, demandOf } from "./catalog.js";
import { FormEvidence } from "./evidence.js";
import { FormSuggestions, suggested } from "./suggest.js";

/**
 * @typedef {object} OwnEntry
 * @property {import("../bundle/entity_store.js").Entity} entity
 * @property {[string, string][]} forms canonical text and surface form of each
 * @property {Int8Array[]} vectors of the forms
 */

/** A catalog with own entries, which never change: its entities keep their indices, own ones come after them. */
export class PersonalCatalog {
  /**
   * @param {import("./catalog.js").Catalog} base
   * @param {OwnEntry[]} own with ids of which no two are the same
   * @param {Map<string, number>} bonus added to the score of entities, by id, in units of the dot product
   * @param {Map<string, number>} favour the same for suggestions
   * @param {string} lang
   * @param {{phonetic: string, hearing: string, numbers: string}} tables
   */
  constructor(base, own, bonus, favour, lang, tables) {
    Object.assign(this, { _base: base, weights: base.weights, _lang: lang, _tables: tables });
    this._renamed = new Map();
    this._own = [];
    const indices = new Map();
    for (const { entity } of own) {
      const there = base.indexOf(entity.id);
      if (there === undefined) this._own.push(entity);
      else this._renamed.set(there, entity);
      indices.set(entity.id, there ?? base.size + this._own.length - 1);
    }
    const indexOf = (id) => indices.get(id) ?? base.indexOf(id);
    this._bonus = byIndex(bonus, indexOf);
    this._favour = byIndex(favour, indexOf);
    const forms = own.flatMap(({ entity, forms: each }) => each.map(([, form]) => [form, indices.get(entity.id)]));
    this._forms = forms.map(([form]) => form);
    this._set = forms.length ? this._setOf(own, Int32Array.from(forms, ([, owner]) => owner)) : null;
    this._evidence = this._set && new FormEvidence(this._set, lang, base.weights, tables, base.evidence);
    this._head = base.head?.with((index) => this.canonicalForm(index)) ?? null;
  }

  /** See `Catalog.ranked`. */
  ranked(hypotheses, k, allowed = null) {
    const pool = this._base.evidence.pool(hypotheses, k, allowed);
    const after = this._base.forms.length;
    for (const each of this._evidence?.pool(hypotheses, k, allowed) ?? []) pool.push({ ...each, form: each.form + after });
    if (this._bonus.size) for (const { entity, parts } of pool) parts.favour = this._bonus.get(entity) ?? 0;
    return bestCandidates(pool, hypotheses, k, this.weights, this._head);
  }

  /** See `Catalog.suggested`. */
  suggested(typed, k, allowed = null) {
    const base = this._base.suggestions;
    const sets = this._set ? [base, (this._suggestions ??= this._suggestionsOf(base))] : [base];
    return suggested(sets, typed, k, this.weights.numbers, allowed, this._favour);
  }

  _suggestionsOf(base) {
    const demand = Int32Array.from(this._set.owners, (owner) => demandOf(this._searched(owner)));
    const { carriers } = this._base.evidence;
    return new FormSuggestions({ ...this._set, demand }, this._lang, this._tables, carriers, { base });
  }

  /** See `Catalog.entity`. */
  entity(index) {
    const own = index - this._base.size;
    return own >= 0 ? this._own[own] : this._withOwnNames(this._base.entity(index), index);
  }

  /** See `Catalog.searched`. */
  get searched() {
    return Array.from({ length: this.size }, (_, index) => this._searched(index));
  }

  /** An entity, without its stream addresses. */
  _searched(index) {
    const own = index - this._base.size;
    return own >= 0 ? this._own[own] : this._withOwnNames(this._base.searched[index], index);
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
    const own = index - this._base.forms.length;
    return own < 0 ? this._base.form(index) : this._forms[own];
  }

  /** See `Catalog.canonicalForm`. */
  canonicalForm(index) {
    const own = index - this._base.forms.length;
    return own < 0 ? this._base.canonicalForm(index) : this._set.forms[own];
  }

  /** See `Catalog.size`. */
  get size() {
    return this._base.size + this._own.length;
  }

  /** What the evidence is for; what a catalog's entity is asked for counts for its own names too. */
  _setOf(own, owners) {
    const vectors = own.flatMap((each) => each.vectors);
    const dim = vectors[0].length;
    const rows = new Int8Array(vectors.length * dim);
    vectors.forEach((vector, form) => rows.set(vector, form * dim));
    const { size, searched } = this._base;
    const demand = Int32Array.from(owners, (owner) => demandOf(owner < size ? searched[owner] : this._own[owner - size]));
    const forms = own.flatMap((each) => each.forms.map(([text]) => text));
    return { forms, vectors: rows, owners, demand };
  }
}

/** Values by the index of their entity; those of ids that no entity has are left out. */
function byIndex(values, indexOf) {
  const known = Array.from(values, ([id, value]) => [indexOf(id), value]);
  return new Map(known.filter(([index]) => index !== undefined));
}
