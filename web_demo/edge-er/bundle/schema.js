/**
 * The schema of the JSON in bundles and personal files, `data/schemas.json` of Python, and its checks, as
 * `edge_er/bundle/schema.py` has them: JSON Schema (draft 2020-12) with the few keywords that are known here.
 */

import { SCHEMAS } from "../data/schemas.js";
import { characters } from "../text/canonical.js";

const LARGEST = Number.MAX_SAFE_INTEGER; // the largest whole number that every runtime reads exactly
const SHOWN = 100; // characters of what was found

/** A value that is not what the schema says: where, what was expected and what was found. */
export class SchemaError extends Error {
  constructor(expected, found) {
    super();
    this.path = "";
    this.expected = expected;
    this.found = found;
  }

  /** The same, seen from the object or list that has the value. */
  below(part) {
    this.path = part + (!this.path || this.path.startsWith("[") ? this.path : `.${this.path}`);
    return this;
  }

  get message() {
    const found = shown(this.found);
    return `${this.path ? `${this.path}: ` : ""}expected ${this.expected}, found ${found}`;
  }
}

function shown(value) {
  const text = String(typeof value === "number" ? value : JSON.stringify(value));
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}...`;
}

const compiled = new Map();

/**
 * Check a value of JSON against a definition of the schema.
 * @param {any} value
 * @param {string} name
 * @throws {SchemaError} it is not what the schema says
 */
export function check(value, name) {
  definition(name)(value);
}

function definition(name) {
  if (!compiled.has(name)) compiled.set(name, checkOf(SCHEMAS[name]));
  return compiled.get(name);
}

const KINDS = { object: objectOf, array: arrayOf, string: stringOf, number: numberOf, integer: numberOf, boolean: () => oneOf([true, false]) };

/** The check of one schema: a function that throws. */
function checkOf(schema) {
  if (schema.$ref) {
    const name = schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1);
    return (value) => definition(name)(value);
  }
  if (schema.anyOf) return anyOf(schema.anyOf.map(checkOf));
  if (schema.allOf) return allOf(schema.allOf.map(checkOf));
  if ("const" in schema || schema.enum) return oneOf(schema.enum ?? [schema.const]);
  const kinds = Array.isArray(schema.type) ? schema.type : [schema.type];
  const checks = kinds.filter((kind) => kind !== "null").map((kind) => KINDS[kind](schema, kind));
  if (kinds.includes("null")) checks.push(oneOf([null]));
  return checks.length === 1 ? checks[0] : anyOf(checks);
}

function allOf(checks) {
  return (value) => {
    for (const each of checks) each(value);
  };
}

function anyOf(checks) {
  return (value) => {
    let first = null;
    for (const each of checks) {
      try {
        each(value);
        return;
      } catch (error) {
        first ??= error;
      }
    }
    throw first;
  };
}

function oneOf(known) {
  const expected = known.map((each) => JSON.stringify(each)).join(" or ");
  return (value) => {
    if (!known.includes(value)) throw new SchemaError(expected, value);
  };
}

function objectOf({ properties = {}, additionalProperties: others = true, required = [], maxProperties: most = Infinity }) {
  const known = new Map(Object.entries(properties).map(([name, schema]) => [name, checkOf(schema)]));
  const refuse = (value) => {
    throw new SchemaError("no such field", value);
  };
  const rest = others === false ? refuse : others === true ? null : checkOf(others);
  return (value) => {
    if (!isObject(value)) throw new SchemaError("an object", value);
    for (const name of required) {
      if (!Object.prototype.hasOwnProperty.call(value, name)) throw new SchemaError(`an object with ${name}`, value);
    }
    const names = Object.keys(value);
    if (names.length > most) throw new SchemaError("an object of fewer fields", value);
    for (const name of names) within(known.get(name) ?? rest, value[name], name);
  };
}

function arrayOf({ items, minItems: least = 0, maxItems: most = Infinity }) {
  const inner = checkOf(items);
  const expected = `a list${range(least, most, " of")}`;
  return (value) => {
    if (!Array.isArray(value) || value.length < least || value.length > most) throw new SchemaError(expected, value);
    for (let place = 0; place < value.length; place++) within(inner, value[place], place);
  };
}

/** Check a part of an object or list, by its name or place; an error says where. */
function within(inner, part, where) {
  if (!inner) return;
  try {
    inner(part);
  } catch (error) {
    throw error instanceof SchemaError ? error.below(typeof where === "number" ? `[${where}]` : where) : error;
  }
}

function stringOf({ minLength: least = 0, maxLength: most = Infinity, pattern }) {
  const expected = `a text${range(least, most, " of")}`;
  const whole = pattern && new RegExp(`^(?:${pattern})$`);
  return (value) => {
    const fits = typeof value === "string" && value.length >= least;
    if (!fits || (value.length > most && characters(value).length > most)) throw new SchemaError(expected, value);
    if (whole && !whole.test(value)) throw new SchemaError(`a text like ${pattern}`, value);
  };
}

function numberOf(schema, kind) {
  const { minimum: least = -Infinity, maximum: most = Infinity } = schema;
  const { exclusiveMinimum: above = -Infinity, exclusiveMaximum: under = Infinity } = schema;
  const whole = kind === "integer";
  const expected = `${whole ? "a whole number" : "a number"}${range(least, most, "", above, under)}`;
  return (value) => {
    const right = whole ? Number.isInteger(value) : Number.isFinite(value);
    if (!right || value < least || value > most || value <= above || value >= under) throw new SchemaError(expected, value);
  };
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** What a message says of a range; the largest number that every runtime reads goes without saying. */
function range(least, most, of, above = -Infinity, below = Infinity) {
  const parts = [];
  if (above > -Infinity) parts.push(`above ${above}`);
  if (below < Infinity) parts.push(`below ${below}`);
  if (most === Infinity || most === LARGEST) {
    if (least > (of ? 0 : -Infinity)) parts.push(`from ${least} up`);
  } else if (least > -Infinity) {
    parts.push(of ? `${least} to ${most}` : `from ${least} to ${most}`);
  } else {
    parts.push(`up to ${most}`);
  }
  return parts.length ? `${of} ${parts.join(" and ")}` : "";
}
