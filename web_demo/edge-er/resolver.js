/** A spoken request finds its entity: canonical text, encoding, search, ranking, confidence. */

import { BOUNDS, firstOf, requestText } from "./bundle/bounds.js";
import { readBundle } from "./bundle/bundle.js";
import { address } from "./bundle/bytes.js";
import { writeEntries } from "./bundle/personal_file.js";
import { bytesOf, filesReader, openReader, zipReader } from "./bundle/storage.js";
import { trustOf } from "./bundle/trust.js";
import { ofOneVersion } from "./bundle/versions.js";
import constants from "./data/constants.js";
import { TABLES } from "./data/tables.js";
import { AnswerBuilder } from "./decision/answers.js";
import { COMPARED } from "./decision/calibration.js";
import { textsAndWeights } from "./decision/nbest.js";
import { sameAnswer } from "./decision/selftest.js";
import { Encoder } from "./encoder/encoder.js";
import { BundleCorruptError } from "./errors.js";
import { kernelsFor } from "./kernels/kernels.js";
import { OwnEntries } from "./personal.js";
import { Catalog } from "./ranking/catalog.js";
import { rerankWeights } from "./ranking/evidence.js";
import { allowedEntities, wantedIds } from "./ranking/filters.js";
import { CanonicalText, isBlank } from "./text/canonical.js";

const TOP_K = constants.decision.top_k;

/**
 * The types that users see are told in `index.d.ts`.
 * @typedef {import("./index.js").Match} Match
 * @typedef {import("./index.js").Resolution} Resolution
 * @typedef {import("./index.js").Suggestion} Suggestion
 * @typedef {import("./index.js").Explanation} Explanation
 */

/** Finds the entities of one bundle. Resolving opens no connection. */
export class EntityResolver {
  /** @param {ReturnType<typeof partsOf> | EntityResolver} parts `load` makes them */
  constructor(parts) {
    Object.assign(this, parts);
  }

  /** See `index.d.ts`, as for all that is public here. */
  static async load(url, options) {
    const found = address(url);
    const trust = trustOf(options);
    return resolverOf(await ofOneVersion(found, openReader, (read) => readBundle(read, found, trust)), options);
  }

  static async fromFiles(files, options) {
    const place = "the bundle";
    return resolverOf(await readBundle(filesReader(files, place), place, trustOf(options)), options);
  }

  static async fromZip(data, options) {
    const place = "the zip";
    const read = await zipReader(bytesOf(data, place), place);
    return resolverOf(await readBundle(read, place, trustOf(options)), options);
  }

  get name() {
    return this.manifest.name;
  }

  get lang() {
    return this.manifest.lang;
  }

  get report() {
    const { name, lang, counts, size_bytes, budget_bytes } = this.manifest;
    return { recall_at_1: {}, ...this.manifest.report, name, lang, counts, size_bytes, budget_bytes };
  }

  get entities() {
    return new Entities(this._catalog);
  }

  resolve(query, { topK = TOP_K, nbest, minPrecision, where, ids, typed = false } = {}) {
    if ((query ?? null) === null ? nbest === undefined : nbest !== undefined) {
      throw new TypeError("expected either a request as a string or nbest: [...]");
    }
    const texts = nbest === undefined ? [[query, 1]] : textsAndWeights(nbest);
    checkRequest(texts, topK);
    const needed = this._answers.needed(minPrecision ?? this._minPrecision, typed);
    const catalog = this._catalog;
    const allowed = allowedIn(catalog, where, ids);
    const first = texts.length ? texts[0][0] : "";
    const { hypotheses, readable } = this._encoded(texts);
    const none = !hypotheses.length || (allowed && !allowed.includes(1));
    const ranked = none ? [] : catalog.ranked(hypotheses, Math.max(topK, COMPARED), allowed);
    return this._answers.resolution(first, catalog, hypotheses, ranked, { topK, needed, typed, readable });
  }

  resolveBatch(queries, options = {}) {
    const { nbest, ids = null, ...others } = options;
    if (nbest !== undefined) throw new TypeError("resolveBatch takes requests, each a string; give nbest to resolve");
    const wanted = ids === null ? {} : { ids: wantedIds(ids) };
    const requests = typeof queries === "string" ? [queries] : queries;
    if (typeof requests?.[Symbol.iterator] !== "function") {
      throw new TypeError(`expected requests as a list of strings, found ${typeof queries}`);
    }
    return Array.from(requests, (query) => this.resolve(query, { ...others, ...wanted }));
  }

  suggest(text, { topK = TOP_K, where, ids } = {}) {
    checkRequest([[text, 1]], topK);
    const catalog = this._catalog;
    const allowed = allowedIn(catalog, where, ids);
    const typed = { text: this._requestText(text), finished: text !== "" && isBlank(text[text.length - 1]) };
    return catalog.suggested(typed, topK, allowed).map(({ entity, form, score }) => {
      const { id, name, aliases, metadata } = catalog.entity(entity);
      const said = catalog.form(form);
      return { id, name, aliases, score, completed: aliases.includes(said) ? said : name, metadata };
    });
  }

  explain(query, { topK = TOP_K, where, ids } = {}) {
    checkRequest([[query, 1]], topK);
    const catalog = this._catalog;
    const allowed = allowedIn(catalog, where, ids);
    const { hypotheses } = this._encoded([[query, 1]]);
    if (!hypotheses.length || (allowed && !allowed.includes(1))) return [];
    const ranked = catalog.ranked(hypotheses, Math.max(topK + 1, COMPARED), allowed);
    return this._answers.explanations(catalog, hypotheses, ranked).slice(0, topK);
  }

  withEntries(entries = [], popularity = {}) {
    return new PersonalResolver(this, entries, popularity);
  }

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

  /** The catalog that requests search now. */
  get _catalog() {
    return this._bundleCatalog;
  }

  /** Canonical form of what is asked, of which the first characters are read. */
  _requestText(said) {
    return requestText(this.encoder.canonicalText(this.encoder.beginning(firstOf(said, BOUNDS.raw_text), BOUNDS.text)));
  }

  /** The texts that are not blank, encoded, and whether the encoder knows a token of one of them. */
  _encoded(texts) {
    let readable = false;
    const hypotheses = [];
    for (const [said, weight] of texts) {
      if (isBlank(said)) continue;
      const text = this._requestText(said);
      const ids = this.encoder.canonicalIds(text);
      readable ||= this.encoder.canRead(ids);
      hypotheses.push({ text, vector: this.encoder.vector(ids, this.manifest.index.scale), weight });
    }
    return { hypotheses, readable };
  }
}

/** A resolver with own entries, made by `withEntries`; it shares all else with the one it is made from. */
export class PersonalResolver extends EntityResolver {
  constructor(base, entries, popularity) {
    super(base);
    const { encoder, manifest } = base;
    const shared = {
      catalog: base._bundleCatalog,
      canonicalText: (text) => encoder.canonicalText(text),
      encoded: (text) => encoder.vector(encoder.tokenIds(text), manifest.index.scale),
      unit: base._answers.calibration.temperature * base._answers.unit,
      lang: manifest.lang,
      tables: TABLES,
    };
    this._own = new OwnEntries(shared, base._own);
    this._own.addAll(entries, popularity);
  }

  get ownEntries() {
    return this._own.entries;
  }

  get popularity() {
    return { ...this._own.popularity };
  }

  add(...entries) {
    this._own.change({ added: entries });
  }

  remove(...ids) {
    this._own.change({ removed: ids });
  }

  favour(popularity) {
    this._own.change({ popularity });
  }

  save() {
    return writeEntries(this.ownEntries, this.popularity);
  }

  selftest() {
    const { _own, ...base } = this;
    return new EntityResolver(base).selftest();
  }

  get _catalog() {
    return this._own.catalog;
  }
}

/** All entities of a catalog, in a fixed order; each is read when it is asked for. */
class Entities {
  constructor(catalog) {
    this._catalog = catalog;
  }

  get length() {
    return this._catalog.size;
  }

  at(index) {
    const place = index < 0 ? index + this.length : index;
    return place >= 0 && place < this.length ? this._catalog.entity(place) : undefined;
  }

  *[Symbol.iterator]() {
    for (let index = 0; index < this.length; index++) yield this._catalog.entity(index);
  }
}

async function resolverOf(bundle, options) {
  return new EntityResolver(partsOf(bundle, options, await kernelsFor(options?.engine)));
}

/** What a resolver is made of. */
function partsOf(bundle, { rerank = true, minPrecision } = {}, kernels = null) {
  const { manifest } = bundle;
  const encoder = new Encoder(bundle.encoderFiles, new CanonicalText(TABLES.unicode), kernels);
  const reranks = rerank && Object.keys(manifest.rerank ?? {}).length > 0;
  const weights = rerankWeights(reranks ? manifest.rerank : {});
  const catalog = new Catalog(bundle, encoder, weights, TABLES, kernels);
  const answers = new AnswerBuilder(manifest, reranks, catalog.evidence, weights, TABLES);
  answers.needed(minPrecision, false); // refuses nonsense now, not at the first request
  const engine = kernels ? "wasm" : "javascript";
  return { manifest, encoder, engine, reranks, _bundleCatalog: catalog, _answers: answers, _minPrecision: minPrecision };
}

/** Whether each entity may answer; null for all. */
function allowedIn(catalog, where, ids) {
  return (where ?? ids ?? null) === null ? null : allowedEntities(catalog.searched, where, ids);
}

function checkRequest(texts, topK) {
  for (const [text] of texts) {
    if (typeof text !== "string") throw new TypeError(`expected a request as a string, found ${typeof text}`);
  }
  if (!(topK >= 1)) throw new RangeError(`expected topK of 1 or more, found ${topK}`);
}
