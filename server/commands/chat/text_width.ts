/** How many columns text takes in a terminal. */

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** What a person sees as one character: letters with their marks, emoji with their parts. */
export function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

export function textWidth(text: string): number {
  // Nearly all text is of this kind, and needs no segmenting.
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  return graphemes(text).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0);
}

/** 0 for marks and controls, 2 for emoji and East Asian wide characters (Unicode UAX #11), else 1 for each letter. */
export function graphemeWidth(grapheme: string): number {
  if (/\p{RGI_Emoji}|^\p{Regional_Indicator}{2}$/v.test(grapheme)) return 2;
  let width = 0;
  for (const character of grapheme) {
    if (ZERO.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** Marks, format characters, and the vowels and finals that join a Hangul syllable. */
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11ff]$/u;

/** The blocks with East Asian width W or F. */
const WIDE =
  /^[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]$/u;
