/** A spoken request finds its entity: normalize, encode, search, rerank, calibrate. */

import { address, fetchBytes, utf8 } from "./bytes.js";
import { readBundle } from "./bundle.js";
import { Calibration, COMPARED } from "./calibrate.js";
import { Catalog } from "./catalog.js";
import constants from "./data/constants.js";
import { Encoder, quantise } from "./encoder.js";
import { BundleCorruptError, EdgeERError } from "./errors.js";
import { ALONE, equals } from "./equals.js";
import { rerankWeights } from "./evidence.js";
import { Features } from "./features.js";
import { allowedEntities } from "./filters.js";
import { sameAnswer } from "./golden.js";
import { textsAndWeights } from "./nbest.js";
import { isBlank, Normalizer } from "./normalize.js";
import { Numbers } from "./numbers.js";
import { PersonalCatalog } from "./personal.js";
import { SoundFold } from "./phonetic.js";

const { top_k: TOP_K, sharing_meant: SHARING_MEANT } = constants.decision;
const TABLES = { unicode: "unicode.txt", phonetic: "phonetic.txt", hearing: "hearing.txt", numbers: "numbers.txt" };

/**
 * @typedef {object} Match one candidate
 * @property {string} id
 * @property {string} name
 * @property {string[]} aliases
 * @property {number} score cosine with the request, and more where the bundle ranks on other evidence too
 * @property {number} confidence in [0, 1]
 * @property {Record<string, any>} metadata
 */

/**
 * @typedef {object} Resolution the answer to one request
 * @property {string} query
 * @property {"match" | "ambiguous" | "no_match"} decision
 * @property {Match[]} matches best first, whatever the decision; empty for empty input
 * @property {Match | null} best the first match; null under "no_match"
 * @property {number} tied how many entities cannot be told apart from the first match, itself included, 16 at most: three
 *   of one first name; it may be more than there are matches
 */

/**
 * @typedef {object} Suggestion an entity that a text may become; a person chooses, so there is no confidence and no decision
 * @property {string} id
 * @property {string} name
 * @property {string[]} aliases
 * @property {number} score a whole number, only to be compared within one answer
 * @property {string} completed its name or alias that the text begins, for the list and the search field
 * @property {Record<string, any>} metadata
 */

/** Finds the entities of one bundle. Resolving opens no connection. */
export class EntityResolver {
  /**
   * @param {import("./bundle.js").Bundle} bundle
   * @param {{unicode: string, phonetic: string, hearing: string, numbers: string}} tables contents of the tables in `data/`
   * @param {{rerank?: boolean, minPrecision?: number}} [options] see `load`
   */
  constructor(bundle, tables, { rerank = true, minPrecision } = {}) {
    const { manifest } = bundle;
    this.manifest = manifest;
    this.encoder = new Encoder(bundle.encoderFiles, new Normalizer(tables.unicode));
    if (this.encoder.dim !== manifest.index.dim) {
      throw new BundleCorruptError(
        `manifest.json, index.dim: ${manifest.index.dim}, but the encoder has ${this.encoder.dim}; build the bundle again`,
      );
    }
    this._scale = manifest.index.scale;
    this._unit = this._scale ** 2;
    this.reranks = rerank && Object.keys(manifest.rerank ?? {}).length > 0;
    this._weights = rerankWeights(this.reranks ? manifest.rerank : {});
    const told = manifest.calibration ?? {};
    this._calibration = new Calibration(told[this.reranks ? "reranked" : "dense"] ?? told);
    this._typed = this.reranks && told.typed ? new Calibration(told.typed) : this._calibration;
    this._needed(minPrecision, false); // refuses nonsense now, not at the first request
    this._minPrecision = minPrecision;
    this._tables = tables;
    this._catalog = new Catalog(bundle, this.encoder, this._weights, tables);
    const { hearing, carriers } = this._catalog.evidence;
    const weighed = [this._calibration.weights, this._typed.weights];
    const numbers = new Numbers(tables.numbers, manifest.lang);
    this._sounds = new SoundFold(tables.phonetic, manifest.lang);
    this._features = new Features(weighed, this._weights.heard ? hearing : null, carriers, numbers, this._weights.numbers);
  }

  /**
   * Resolver of the bundle at an address: a folder, or a .zip.
   * @param {string | URL} url
   * @param {object} [options]
   * @param {boolean} [options.rerank] false leaves all other evidence out: vectors alone rank
   * @param {number} [options.minPrecision] how often an answer should be right, between 0 and 1
   * @param {string | URL} [options.tables] folder of the tables that Python reads too; `data/` beside this file
   * @returns {Promise<EntityResolver>}
   * @throws {BundleNotFoundError} there is no bundle
   * @throws {BundleVersionError} it is newer than this runtime
   * @throws {BundleCorruptError} a file is missing or damaged
   */
  static async load(url, { tables = new URL("./data/", import.meta.url), ...options } = {}) {
    const [bundle, told] = await Promise.all([readBundle(address(url)), readTables(new URL(tables))]);
    return new EntityResolver(bundle, told, options);
  }

  /** Name of the bundle. */
  get name() {
    return this.manifest.name;
  }

  /** Main language of the bundle's names ("es"). */
  get lang() {
    return this.manifest.lang;
  }

  /** Measured quality and size, as in Python: `recall_at_1[lang][stratum]`, `counts`, `size_bytes`, ... */
  get report() {
    const { name, lang, counts, size_bytes, budget_bytes } = this.manifest;
    return { recall_at_1: {}, ...this.manifest.report, name, lang, counts, size_bytes, budget_bytes };
  }

  /**
   * The entities that `query` names, best first.
   * @param {string | null} query what was said; null where `nbest` is given
   * @param {object} [options]
   * @param {number} [options.topK] how many candidates to give, from 1 up
   * @param {string | Iterable<string | [string, number]>} [options.nbest] several texts of one utterance, each alone or with a weight
   * @param {number} [options.minPrecision] how often an answer should be right, between 0 and 1
   * @param {Record<string, any>} [options.where] only entities whose metadata has these values: `{country: "ES"}`
   * @param {Iterable<string>} [options.ids] only entities with these ids
   * @param {boolean} [options.typed] the request was typed (keyboard, chat), not spoken: a name that is nearly one of the
   *   catalog is then more likely another one
   * @returns {Resolution}
   * @throws {FilterError} no entity has a field of `where`, or a value cannot be compared
   * @throws {TypeError} a text is no string, not just one of `query` and `nbest` is given, or `typed` is no boolean
   * @throws {RangeError} `topK` below 1, `minPrecision` not between 0 and 1, or a weight not above 0
   */
  resolve(query, { topK = TOP_K, nbest, minPrecision, where, ids, typed = false } = {}) {
    if ((query ?? null) === null ? nbest === undefined : nbest !== undefined) {
      throw new TypeError("expected either a request as a string or nbest: [...]");
    }
    const texts = nbest === undefined ? [[query, 1]] : textsAndWeights(nbest);
    checkRequest(texts, topK);
    const needed = this._needed(minPrecision ?? this._minPrecision, typed);
    const allowed = (where ?? ids ?? null) === null ? null : allowedEntities(this._catalog.searched, where, ids);
    const said = texts.filter(([text]) => !isBlank(text));
    const first = texts.length ? texts[0][0] : "";
    if (!said.length || (allowed && !allowed.includes(1))) return resolution(first, "no_match", [], 0);
    const tokens = said.map(([text]) => this.encoder.tokenIds(text));
    const hypotheses = this._hypotheses(said, tokens);
    const ranked = this._catalog.ranked(hypotheses, Math.max(topK, COMPARED), allowed);
    const scores = ranked.map((each) => this._score(each));
    const utterance = this._utterance(hypotheses, ranked);
    const same = this._equals(utterance, ranked, scores);
    const signs = this._signs(ranked[0], utterance, same);
    const standing = { scores: scores.map((score, place) => (place < same.count ? scores[0] : score)), signs };
    const readable = tokens.some((each) => this.encoder.canRead(each));
    const calibration = typed ? this._typed : this._calibration;
    const decision = readable ? calibration.decideAt(standing, needed) : "no_match";
    const confidences = readable ? calibration.confidences(standing) : ranked.map(() => 0);
    const matches = this._matches(ranked.slice(0, topK), scores, confidences);
    return resolution(first, decision, matches, calibration.tied(standing));
  }

  /**
   * The entities that `text` may become while it is typed, best first; for every keystroke.
   *
   * The last word is taken as the beginning of a word, after a space as finished; the words before it may stand in any
   * order, and carriers ("play cadena s") come off. Only where nothing fits a text with a slip finds what is similar. Empty
   * text gives what is asked for most, by the catalog's `popularity`; nothing, where it does not say it.
   * @param {string} text
   * @param {object} [options]
   * @param {number} [options.topK] how many suggestions to give, from 1 up
   * @param {Record<string, any>} [options.where] only entities whose metadata has these values: `{country: "ES"}`
   * @param {Iterable<string>} [options.ids] only entities with these ids
   * @returns {Suggestion[]}
   * @throws {FilterError} no entity has a field of `where`, or a value cannot be compared
   * @throws {TypeError} the text is no string
   * @throws {RangeError} `topK` below 1
   */
  suggest(text, { topK = TOP_K, where, ids } = {}) {
    checkRequest([[text, 1]], topK);
    const allowed = (where ?? ids ?? null) === null ? null : allowedEntities(this._catalog.searched, where, ids);
    const typed = { text: this.encoder.canonicalText(text), finished: text !== "" && isBlank(text.at(-1)) };
    return this._catalog.suggested(typed, topK, allowed).map(({ entity, form, score }) => {
      const { id, name, aliases, metadata } = this._catalog.entity(entity);
      const said = this._catalog.form(form);
      return { id, name, aliases, score, completed: aliases.includes(said) ? said : name, metadata };
    });
  }

  /**
   * Why each of the best candidates stands where it does, in the order of `resolve`.
   * @param {string} query
   * @param {number} [topK]
   */
  explain(query, topK = TOP_K) {
    checkRequest([[query, 1]], topK);
    if (isBlank(query)) return [];
    const hypotheses = this._hypotheses([[query, 1]], [this.encoder.tokenIds(query)]);
    const ranked = this._catalog.ranked(hypotheses, Math.max(topK + 1, COMPARED));
    const utterance = this._utterance(hypotheses, ranked);
    const same = this._equals(
      utterance,
      ranked,
      ranked.map((each) => this._score(each)),
    );
    return ranked.slice(0, topK).map((candidate, place) => {
      const { id, name } = this._catalog.entity(candidate.entity);
      const next = ranked[place + 1];
      const parts = Object.entries(candidate.parts).map(([part, value]) => [part, value / this._unit]);
      return {
        id,
        name,
        form: this._catalog.form(candidate.form),
        score: candidate.score / this._unit,
        margin: next ? (candidate.score - next.score) / this._unit : 0,
        parts: Object.fromEntries(parts),
        signs: this._signs(candidate, utterance, place < same.count ? same : ALONE),
      };
    });
  }

  /**
   * The same resolver with a person's own entries beside the catalog, which is shared and stays as it is.
   * @param {Iterable<{id?: string, name: string, aliases?: string[]}>} entries
   * @returns {EntityResolver}
   * @throws {EdgeERError} an entry without a name, or an id twice; no list of entries
   */
  withEntries(entries) {
    const mine = Object.create(EntityResolver.prototype);
    const encoded = (text) => quantise(this.encoder.encodeIds(this.encoder.tokenIds(text)), this._scale);
    const catalog = new PersonalCatalog(this._catalog, entries, {
      canonicalText: (text) => this.encoder.canonicalText(text),
      encoded,
      lang: this.lang,
      tables: this._tables,
    });
    return Object.assign(mine, this, { _catalog: catalog, ownEntries: catalog.ownEntries });
  }

  /**
   * Answer the manifest's golden requests again; how many there were.
   * @returns {number}
   * @throws {BundleCorruptError} an answer differs from the one the bundle was shipped with
   */
  selftest() {
    const expected = this.manifest.golden ?? [];
    for (const golden of expected) {
      const found = this.resolve(golden.query, { topK: Math.max(golden.ids.length, 1) });
      if (!sameAnswer(found, golden)) {
        throw new BundleCorruptError(
          `bundle '${this.name}': selftest: expected ${JSON.stringify(golden)}, found ${found.decision} ` +
            `${found.matches.map(({ id }) => id).join(", ")}; build the bundle again`,
        );
      }
    }
    return expected.length;
  }

  _hypotheses(said, tokens) {
    return said.map(([text, weight], place) => ({
      text: this.encoder.canonicalText(text),
      vector: quantise(this.encoder.encodeIds(tokens[place]), this._scale),
      weight,
    }));
  }

  /** The confidence that an answer needs. */
  _needed(minPrecision, typed) {
    if (typeof typed !== "boolean") throw new TypeError(`expected typed as true or false, found ${typeof typed}`);
    return (typed ? this._typed : this._calibration).needed(minPrecision);
  }

  _matches(candidates, scores, confidences) {
    return candidates.map((candidate, place) => {
      const { id, name, aliases, metadata } = this._catalog.entity(candidate.entity);
      return { id, name, aliases, score: scores[place], confidence: confidences[place], metadata };
    });
  }

  /** In units of the cosine; vectors alone give at most 1. */
  _score({ score, parts }) {
    const tooMuch = this.reranks ? 0 : Math.max(parts.dense - this._unit, 0);
    return (score - tooMuch) / this._unit;
  }

  /** What the features need to know of the texts; null where they need nothing. */
  _utterance(hypotheses, ranked) {
    return this._features.needTexts ? this._features.utterance(hypotheses, this._compared(ranked)) : null;
  }

  /** The first candidates that nothing tells apart; the first alone where no feature asks. */
  _equals(utterance, ranked, scores) {
    if (!utterance || !this._features.needEquals) return ALONE;
    return equals(utterance, this._compared(ranked), scores.slice(0, this._asLikelyMeant(ranked)), this._sounds);
  }

  /** How many of the first candidates are about as likely meant as the first, by main name and popularity. */
  _asLikelyMeant(ranked) {
    const meant = ranked.slice(0, COMPARED).map(({ parts }) => parts.popularity ?? 0);
    const less = meant.findIndex((each) => meant[0] - each > SHARING_MEANT * this._unit);
    return less < 0 ? meant.length : less;
  }

  _compared(ranked) {
    return ranked.slice(0, COMPARED).map(({ form }) => this._catalog.canonicalForm(form));
  }

  _signs({ form, parts }, utterance, same) {
    const heard = this._weights.heard ? parts.heard / this._weights.heard : 0;
    const text = utterance ? this._catalog.canonicalForm(form) : "";
    return this._features.of(parts.dense / this._unit, heard, text, utterance, this._catalog.size, same);
  }
}

/** @returns {Resolution} */
function resolution(query, decision, matches, tied) {
  return { query, decision, matches, best: decision === "no_match" ? null : (matches[0] ?? null), tied };
}

function checkRequest(texts, topK) {
  for (const [text] of texts) {
    if (typeof text !== "string") throw new TypeError(`expected a request as a string, found ${typeof text}`);
  }
  if (!(topK >= 1)) throw new RangeError(`expected topK of 1 or more, found ${topK}`);
}

async function readTables(folder) {
  const read = async ([name, file]) => {
    const data = await fetchBytes(new URL(file, folder));
    if (!data) throw new EdgeERError(`${folder}${file}: is missing; run web_demo/assemble.py`);
    return [name, utf8(data)];
  };
  return Object.fromEntries(await Promise.all(Object.entries(TABLES).map(read)));
}
