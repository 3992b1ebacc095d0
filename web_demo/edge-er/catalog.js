/** What a resolver searches: entities, their forms and vectors, and how they are ranked. */

import { surfaceForms } from "./entities.js";
import { BundleCorruptError } from "./errors.js";
import { FormEvidence } from "./evidence.js";
import { quarterLog2 } from "./lexical.js";

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
   * @param {import("./bundle.js").Bundle} bundle
   * @param {import("./normalize.js").Normalizer} normalizer
   * @param {ReturnType<typeof import("./evidence.js").rerankWeights>} weights
   * @param {{phonetic: string, hearing: string}} tables
   * @throws {BundleCorruptError} there are more or fewer surface forms than vectors
   */
  constructor(bundle, normalizer, weights, tables) {
    this.entities = bundle.entities;
    this.weights = weights;
    const canonical = (text) => normalizer.canonicalText(text);
    const forms = bundle.entities.withoutStreams().flatMap((entity) => surfaceForms(entity, canonical));
    if (forms.length !== bundle.formEntity.length) {
      throw new BundleCorruptError(
        `entities.jsonl.gz: ${forms.length} surface forms, but vectors.safetensors has ${bundle.formEntity.length}; ` +
          "build the bundle again",
      );
    }
    this.forms = forms.map(([, form]) => form);
    const demands = bundle.entities.withoutStreams().map((entity) => demandOf(entity));
    this.evidence = new FormEvidence(
      {
        forms: forms.map(([text]) => text),
        vectors: bundle.vectors,
        owners: bundle.formEntity,
        demand: Int32Array.from(bundle.formEntity, (entity) => demands[entity]),
      },
      bundle.manifest.lang,
      weights,
      tables,
    );
  }

  /**
   * The `k` best entities.
   * @param {import("./evidence.js").Hypothesis[]} hypotheses
   * @param {number} k
   * @returns {Candidate[]} best first
   */
  ranked(hypotheses, k) {
    return bestCandidates(this.evidence.pool(hypotheses, k), k);
  }

  /** The entity of an index. */
  entity(index) {
    return this.entities.at(index);
  }

  /** The surface form of an index. */
  form(index) {
    return this.forms[index];
  }
}

/**
 * The `k` best entities of a pool: descending score, ties by entity, then by form.
 * @param {{form: number, entity: number, parts: Record<string, number>}[]} pool
 * @param {number} k
 * @returns {Candidate[]}
 */
export function bestCandidates(pool, k) {
  const scored = pool.map((each) => ({ ...each, score: Object.values(each.parts).reduce((sum, part) => sum + part, 0) }));
  scored.sort((one, other) => other.score - one.score || one.entity - other.entity || one.form - other.form);
  const seen = new Set();
  const best = [];
  for (const candidate of scored) {
    if (seen.has(candidate.entity)) continue;
    seen.add(candidate.entity);
    best.push(candidate);
    if (best.length === k) break;
  }
  return best;
}

/**
 * Demand for an entity in quarters of a doubling: floor(4 log2(1 + popularity)) of its metadata, 0 without one.
 * @param {import("./entities.js").Entity} entity
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
