/** Words as the full-text index has them: letters and digits in a row; where a script writes no spaces, each letter. */

/** Scripts written without spaces between words. */
const unspaced = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}` +
  String.raw`\p{Script=Khmer}\p{Script=Myanmar}`;
const unspacedLetter = new RegExp(`(?=[${unspaced}])[\\p{L}\\p{N}]\\p{M}*`, "gu");
const anyWord = new RegExp(
  `(?=[${unspaced}])[\\p{L}\\p{N}]\\p{M}*|(?:(?![${unspaced}])[\\p{L}\\p{N}\\p{Co}]\\p{M}*)+`,
  "gu",
);

export interface Word {
  /** Without case and accents. */
  readonly folded: string;
  /** In UTF-16 units of the text; `end` is behind it. */
  readonly start: number;
  readonly end: number;
}

/** The words of a text in order. */
export function* wordsOf(text: string): Generator<Word> {
  for (const match of text.matchAll(anyWord)) {
    yield { folded: fold(match[0]), start: match.index, end: match.index + match[0].length };
  }
}

/** The text as it is given to the tokenizer `unicode61`, which knows no words where there are no spaces. */
export function searchWords(text: string): string {
  return text.replace(unspacedLetter, " $& ");
}

/** As `unicode61 remove_diacritics 2` does it. */
function fold(word: string): string {
  return word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
