/** The words around a hit, and where in them the hits are. */
import type { Phrase } from "./query.ts";
import { type Word, wordsOf } from "./words.ts";

export interface Excerpt {
  readonly excerpt: string;
  /** [start, end) in UTF-16 units of the excerpt. */
  readonly highlights: readonly (readonly [number, number])[];
}

/** In UTF-16 units. */
const [before, length] = [60, 240];

export function excerptOf(text: string, phrases: readonly Phrase[]): Excerpt {
  const words = [...wordsOf(text)];
  const hits = findHits(words, phrases);
  const first = hits[0]?.[0] ?? 0;
  // Cut between words; a word longer than the excerpt is cut where it must be.
  const start = first <= before ? 0 : words.find((word) => word.start >= first - before)?.start ?? first;
  const limit = start + length;
  const end = text.length <= limit
    ? text.length
    : words.findLast((word) => word.end <= limit && word.end > first)?.end ??
      limit - (isLowSurrogate(text, limit) ? 1 : 0);
  const [head, tail] = [start > 0 ? "…" : "", end < text.length ? "…" : ""];
  return {
    excerpt: head + text.slice(start, end) + tail,
    highlights: hits.filter(([from, to]) => from >= start && to <= end)
      .map(([from, to]) => [from - start + head.length, to - start + head.length]),
  };
}

/** In order and without overlap. */
function findHits(words: readonly Word[], phrases: readonly Phrase[]): [number, number][] {
  const hits: [number, number][] = [];
  for (const [i, word] of words.entries()) {
    if (word.start < (hits.at(-1)?.[1] ?? 0)) continue;
    const phrase = phrases.find((phrase) => standsAt(words, i, phrase));
    if (phrase) hits.push([word.start, words[i + phrase.words.length - 1]!.end]);
  }
  return hits;
}

function standsAt(words: readonly Word[], at: number, { words: wanted, isPrefix }: Phrase): boolean {
  return wanted.every((word, i) => {
    const found = words[at + i]?.folded;
    return isPrefix && i === wanted.length - 1 ? found?.startsWith(word) : found === word;
  });
}

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit < 0xe000;
}
