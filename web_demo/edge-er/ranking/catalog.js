/** What a resolver searches: entities, their forms and vectors, and how they are ranked. */

import { surfaceForms } from "../bundle/entity_store.js";
import { BundleCorruptError } from "../errors.js";
import { FormEvidence } from "./evidence.js";
import { addHead, PairHead } from "../encoder/pair_head.js";
import { quarterLog2 } from "../text/ngrams.js";
import { FormSuggestions, suggested } from "./suggest.js";

/**
 * @typedef {object} Candidate
 * @property {number} entity its index
 * @property {number} form index of its best form
 * @property {number} score in units of the dot product
 * @property {Record<string, number>} parts the summands of the score
 */

/** The catalog of a bundle; it never changes, so requests and personal entries share it. */
export class Catalog {
  /**
   * @param {import("../bundle/bundle.js").Bundle} bundle
   * @param {import("../encoder/encoder.js").Encoder} encoder
   * @param {ReturnType<typeof import("./evidence.js").rerankWeights>} weights
   * @param {{phonetic: string, hearing: string, numbers: string}} tables
   * @param {import("../kernels/kernels.js").Kernels | null} [kernels]
   * @throws {BundleCorruptError} there are more or fewer surface forms than vectors
   */
  constructor(bundle, encoder, weights, tables, kernels = null) {
    this.entities = bundle.entities;
    this.weights = weights;
    const canonical = (text) => encoder.canonicalText(text);
    const forms = bundle.entities.withoutStreams().flatMap((entity) => surfaceForms(entity, canonical));
    if (forms.length !== bundle.formEntity.length) {
      throw new BundleCorruptError(
        `entities.jsonl.gz: ${forms.length} surface forms, but vectors.safetensors has ${bundle.formEntity.length}; ` +
          "build the bundle again",
      );
    }
    this.forms = forms.map(([, form]) => form);
    const onnx = bundle.encoderFiles.get("head.onnx");
    /** The head that reads close races, where the bundle has one and a weight for it. */
    this.head = weights.head ? new PairHead(onnx, encoder, (form) => forms[form][0], bundle.headTokens) : null;
    const demands = bundle.entities.withoutStreams().map((entity) => demandOf(entity));
    const set = {
      forms: forms.map(([text]) => text),
      vectors: bundle.vectors,
      owners: bundle.formEntity,
      demand: Int32Array.from(bundle.formEntity, (entity) => demands[entity]),
    };
    const { lang } = bundle.manifest;
    this.evidence = new FormEvidence({ ...set, kernels }, lang, weights, tables);
    this._suggestionsOf = () => {
      const { carriers, pieces } = this.evidence;
      return new FormSuggestions(set, lang, tables, carriers, { pieces });
    };
  }

  /** What texts may become; made for the first of them. */
  get suggestions() {
    this._suggestions ??= this._suggestionsOf();
    return this._suggestions;
  }

  /**
   * At most `k` entities that a text may become while it is typed.
   * @param {import("./suggest.js").TypedText} typed
   * @param {number} k
   * @param {Uint8Array | null} [allowed] whether each entity may be suggested; null for all
   * @returns {{entity: number, form: number, score: number}[]} best first
   */
  suggested(typed, k, allowed = null) {
    return suggested([this.suggestions], typed, k, this.weights.numbers, allowed);
  }

  /**
   * The `k` best entities.
   * @param {import("./evidence.js").Hypothesis[]} hypotheses
   * @param {number} k
   * @param {Uint8Array | null} [allowed] whether each entity may answer; null for all
   * @returns {Candidate[]} best first
   */
  ranked(hypotheses, k, allowed = null) {
    return bestCandidates(this.evidence.pool(hypotheses, k, allowed), hypotheses, k, this.weights, this.head);
  }

  /** All entities by index, for filters; without stream addresses. */
  get searched() {
    return this.entities.withoutStreams();
  }

  /** The entity of an index. */
  entity(index) {
    return this.entities.at(index);
  }

  /** The index of the entity of an id; undefined where there is none. */
  indexOf(id) {
    this._indices ??= new Map(this.searched.map((entity, index) => [entity.id, index]));
    return this._indices.get(id);
  }

  /** How many entities there are. */
  get size() {
    return this.entities.length;
  }

  /** The surface form of an index. */
  form(index) {
    return this.forms[index];
  }

  /** The canonical text of the surface form of an index. */
  canonicalForm(index) {
    return this.evidence.forms[index];
  }
}

/**
 * The `k` best entities of a pool; `head` is asked about its forms in a close race.
 * @param {{form: number, entity: number, parts: Record<string, number>}[]} pool
 * @param {import("./evidence.js").Hypothesis[]} hypotheses
 * @param {number} k
 * @param {ReturnType<typeof import("./evidence.js").rerankWeights>} weights
 * @param {PairHead | null} head
 * @returns {Candidate[]}
 */
export function bestCandidates(pool, hypotheses, k, weights, head) {
  if (head && pool.length) {
    const scores = pool.map(({ parts }) => sum(parts));
    const order = pool.map((_, place) => place);
    order.sort((one, other) => scores[other] - scores[one] || pool[one].form - pool[other].form);
    addHead(pool, best(pool, 2), order, hypotheses, weights, head);
  }
  return best(pool, k);
}

function sum(parts) {
  let total = 0;
  for (const name in parts) total += parts[name];
  return total;
}

/** Descending score, ties by entity, then by form; each entity once. */
function best(pool, k) {
  const scored = pool.map(({ form, entity, parts }) => ({ form, entity, parts, score: sum(parts) }));
  scored.sort((one, other) => other.score - one.score || one.entity - other.entity || one.form - other.form);
  const seen = new Set();
  const found = [];
  for (const candidate of scored) {
    if (seen.has(candidate.entity)) continue;
    seen.add(candidate.entity);
    found.push(candidate);
    if (found.length === k) break;
  }
  return found;
}

/**
 * Demand for an entity in quarters of a doubling: floor(4 log2(1 + popularity)) of its metadata, 0 without one.
 * @param {import("../bundle/entity_store.js").Entity} entity
 * @returns {number}
 * @throws {BundleCorruptError} the popularity is no number from 0 up
 */
export function demandOf({ id, metadata }) {
  const value = metadata.popularity ?? 0;
  if (!Number.isFinite(value) || value < 0) {
    throw new BundleCorruptError(
      `entities.jsonl.gz, '${id}', metadata.popularity: expected a number from 0 up, found ${JSON.stringify(value)}; ` +
        "correct the catalog and build the bundle again",
    );
  }
  return quarterLog2(Math.floor(value) + 1);
}
