export * from "./index.js";

/**
 * Write what `PersonalResolver.save` gives to a file; a crash leaves the old file or the new one.
 */
export function writeWhole(path: string | URL, text: string): Promise<void>;
