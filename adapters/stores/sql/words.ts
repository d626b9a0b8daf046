/** Words as the full-text index has them: letters and digits in a row; where a script writes no spaces, each letter. */

/** Scripts written without spaces between words. */
const unspaced = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}` +
  String.raw`\p{Script=Khmer}\p{Script=Myanmar}`;
const anyWord = new RegExp(
  `(?=[${unspaced}])[\\p{L}\\p{N}]\\p{M}*|(?:(?![${unspaced}])[\\p{L}\\p{N}\\p{Co}]\\p{M}*)+`,
  "gu",
);

/** In UTF-16 units: what stands further inside a message is not found, so that a huge one holds nobody up. */
const maxSearched = 200_000;

export interface Word {
  /** Without case and accents. */
  readonly folded: string;
  /** In UTF-16 units of the text; `end` is behind it. */
  readonly start: number;
  readonly end: number;
}

/** The words of a text in order, as far as it is searched. */
export function* wordsOf(text: string): Generator<Word> {
  for (const match of text.slice(0, maxSearched).matchAll(anyWord)) {
    yield { folded: fold(match[0]), start: match.index, end: match.index + match[0].length };
  }
}

/** The text as the index is given it: its words, folded, so that the index and we never differ in what a word is. */
export function searchWords(text: string): string {
  return [...wordsOf(text)].map((word) => word.folded).join(" ");
}

/** Scripts in which people leave accents and points out when they search; elsewhere (й, ド) they make another letter. */
const accents = /([\p{Script=Latin}\p{Script=Greek}\p{Script=Hebrew}\p{Script=Arabic}])\p{M}+/gu;

/** By way of the capitals, in which ß, ſ and ς become the letters that they stand for. */
function fold(word: string): string {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(word)) return word.toLowerCase();
  const lower = word.toUpperCase().toLowerCase();
  return lower.normalize("NFD").replace(accents, "$1").normalize("NFC").replaceAll("ς", "σ").replaceAll("ё", "е");
}
