export * from "./index.js";

/**
 * Write what `PersonalResolver.save` gives to a file; a crash leaves the old file or the new one. The version before stays beside it
 * as `.NAME.previous`. One writer at a time: Node has no locks of files.
 */
export function writeWhole(path: string | URL, text: string): Promise<void>;

/**
 * What `writeWhole` wrote, for `withEntries`; where the file is damaged or cut off and the version before is whole, that one, with a
 * warning of the process.
 * @throws {CatalogError} there is no such file, or neither is whole
 */
export function readWhole(path: string | URL): Promise<string>;
