/**
 * Every error the runtime raises on purpose, named as in Python.
 *
 * A message says what is wrong, where, what was expected, what was found, and what to do.
 */

/** The root of all errors of this runtime. */
export class EdgeERError extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Something is wrong with a bundle. */
export class BundleError extends EdgeERError {}

/** There is no bundle at that address. */
export class BundleNotFoundError extends BundleError {}

/** A file of the bundle is missing, damaged, or not what its manifest says. */
export class BundleCorruptError extends BundleError {}

/** The bundle was written by a newer version, or needs what this runtime has not. */
export class BundleVersionError extends BundleError {}

/** Somebody else is replacing the bundle; load it again when that is done. */
export class BundleBusyError extends BundleError {}

/** Another bundle than the pinned one, or one that nobody who is trusted has signed. */
export class BundleUntrustedError extends BundleError {}

/** Own entries, or a file of them, that cannot be used. */
export class CatalogError extends EdgeERError {}

/** An encoder that cannot be loaded or used. */
export class EncoderError extends EdgeERError {}

/** A filter that fits no catalog: a field that no entity has, or a value that cannot be compared. */
export class FilterError extends EdgeERError {}

/** The kernels were asked for, and do not run here. */
export class EngineError extends EdgeERError {}
