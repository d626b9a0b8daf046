/** Text like people's for an index: few words that are everywhere, many that are rare (Zipf), the same in every run. */

const vocabulary = 50_000;
const seed = 42;

export interface Words {
  /** The word that is the `rank`th in frequency. */
  at(rank: number): string;
  /** Ten to a hundred words, mostly few: 157 characters on average. */
  sentence(): string;
}

export function openWords(): Words {
  const words = Array.from({ length: vocabulary }, (_, i) => wordOf(i));
  let state = seed;

  /** From 0 up to 1 (Numerical Recipes' generator: its values need only be spread evenly, and repeat). */
  function random(): number {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  }

  function word(): string {
    return words[Math.min(vocabulary, Math.floor(Math.exp(random() * Math.log(vocabulary)))) - 1] ?? "";
  }

  return {
    at: (rank) => words[rank] ?? "",
    sentence: () => Array.from({ length: 10 + Math.floor(Math.exp(random() * 4.6)) }, word).join(" "),
  };
}

function wordOf(rank: number): string {
  let word = "";
  for (let left = rank + 7; left > 0; left = Math.floor(left / 37)) {
    word += "bcdfghklmnprstvz"[left & 15]! + "aeiou"[(left >> 4) % 5]!;
  }
  return rank % 97 === 0 ? `${word}${rank}` : word;
}
