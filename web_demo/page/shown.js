/** Texts of others, made harmless where people read them, as `edge_er/text/display.py` does. */

// Control characters but tab and line feed, separators of lines, and what turns the direction of writing.
const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * A text with every character that turns the direction of writing, and every control character, as an escape.
 * @param {string} text
 * @returns {string}
 */
export function shown(text) {
  return String(text).replace(STEERING, (each) => {
    const digits = each.charCodeAt(0).toString(16);
    return digits.length > 2 ? `\\u${digits.padStart(4, "0")}` : `\\x${digits.padStart(2, "0")}`;
  });
}
