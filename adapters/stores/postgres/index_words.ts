/** Words as the full-text index of PostgreSQL can hold them: a lexeme has at most 2,046 bytes. */
import { searchWords } from "../sql/words.ts";

/** In UTF-16 units, which have at most 3 bytes each. */
const maxLength = 500;

/** The words of a text, apart by spaces. */
export function indexWords(text: string): string {
  const words = searchWords(text);
  return words.length <= maxLength ? words : words.split(" ").map(cutWord).join(" ");
}

/** A longer word is found by its beginning. */
export function cutWord(word: string): string {
  return word.length <= maxLength ? word : word.slice(0, maxLength).toWellFormed();
}
