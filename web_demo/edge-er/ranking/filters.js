/** Which entities may answer: metadata with given values, or a set of ids, as in `edge_er/ranking/filters.py`. */

import constants from "../data/constants.js";
import { FilterError } from "../errors.js";

const MOST = constants.bounds.filter_values;
const STREAMS = "streams";

const hasOwn = (values, field) => Object.prototype.hasOwnProperty.call(values, field);

const isScalar = (value) => value === null || ["string", "number", "boolean"].includes(typeof value);

/**
 * Whether each of the entities may answer.
 *
 * Every field of `where` must fit. An entity fits a field if its value is the wanted one or, where several are wanted,
 * one of them; a list in the metadata (tags) fits if any of its values does.
 * @param {{id: string, metadata: Record<string, any>}[]} entities
 * @param {Record<string, any>} [where]
 * @param {Iterable<string>} [ids]
 * @returns {Uint8Array} [entities]
 * @throws {FilterError} no entity has a field of that name, or a value cannot be compared
 */
export function allowedEntities(entities, where, ids) {
  const conditions = conditionsOf(where ?? {});
  for (const [field] of conditions) checkField(field, entities);
  const wanted = (ids ?? null) === null ? null : wantedIds(ids);
  return Uint8Array.from(entities, ({ id, metadata }) => {
    const fits = conditions.every(
      ([field, values]) => hasOwn(metadata, field) && hasAny(metadata[field], values),
    );
    return fits && (!wanted || wanted.has(id)) ? 1 : 0;
  });
}

const hasAny = (value, wanted) => (Array.isArray(value) ? value.some((each) => wanted.has(each)) : wanted.has(value));

function conditionsOf(where) {
  if (typeof where !== "object" || Array.isArray(where)) {
    throw new FilterError(`expected where: {field: value}, found ${JSON.stringify(where)}`);
  }
  return Object.entries(where).map(([field, value]) => {
    const values = Array.isArray(value) || value instanceof Set ? [...value] : [value];
    const wrong = values.find((each) => !isScalar(each));
    if (wrong !== undefined || values.includes(undefined)) {
      throw new FilterError(
        `where, field '${field}': expected a text, a number, a truth value, or a list of them, ` +
          `found ${JSON.stringify(wrong)}`,
      );
    }
    const distinct = new Set(values);
    if (distinct.size > MOST) {
      throw new FilterError(`where, field '${field}': expected ${MOST} distinct values at most, found ${distinct.size}; filter by ids`);
    }
    return [field, distinct];
  });
}

function checkField(field, entities) {
  if (field !== STREAMS && entities.some(({ metadata }) => hasOwn(metadata, field))) return;
  const known = new Set(entities.flatMap(({ metadata }) => Object.keys(metadata)));
  known.delete(STREAMS);
  const names = [...known].sort().join(", ") || "no metadata";
  throw new FilterError(`where: no entity has a field '${field}'; the catalog has: ${names}`);
}

/**
 * The ids that may answer.
 * @param {Iterable<string>} ids
 * @returns {Set<string>}
 * @throws {FilterError} they are no list of texts
 */
export function wantedIds(ids) {
  if (typeof ids === "string" || typeof ids[Symbol.iterator] !== "function") {
    throw new FilterError(`expected a list or set of ids, found ${JSON.stringify(ids)}; write ids: [...]`);
  }
  const wanted = new Set(ids);
  for (const one of wanted) {
    if (typeof one !== "string") throw new FilterError(`expected ids as texts, found ${JSON.stringify(one)}`);
  }
  return wanted;
}
