/**
 * edge-er in plain JavaScript: the bundles of the Python package, the same answers, no dependency.
 *
 *     const resolver = await EntityResolver.load("bundles/radio_es");
 *     resolver.resolve("pon la cadena ser").best.name; // "Cadena SER"
 */

export * from "./errors.js";
export { EntityResolver, PersonalResolver } from "./resolver.js";
