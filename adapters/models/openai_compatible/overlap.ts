/** What a model repeats of an answer that it was asked to go on with. */

export interface OverlapRule {
  /** Fewer characters than this are taken for what is meant, as "ha" after "ha" is. */
  readonly least: number;
  /** Only a repeat of the whole is one. */
  readonly isWhole: boolean;
}

/**
 * A model that goes on from the very last character by nature means what it says, lines of a table for example;
 * only when it starts from the beginning has its server not understood.
 */
export const afterPrefill: OverlapRule = { least: 40, isWhole: true };
/** A model that was asked in words likes to say the last ones again. */
export const afterInstruction: OverlapRule = { least: 12, isWhole: false };

/**
 * How many characters at the start of `text` repeat the end of `prefix`: the most that do, 0 for none. Undefined:
 * with more text it could become one, or a longer one.
 */
export function overlap(prefix: string, text: string, rule: OverlapRule): number | undefined {
  for (const start of starts(prefix, rule)) {
    const length = prefix.length - start;
    if (text.length < length) {
      if (prefix.startsWith(text, start)) return undefined;
    } else if (text.startsWith(prefix.slice(start))) return length;
  }
  return 0;
}

// Longer repeats than this are looked for only when they are of the whole, so that long answers go on fast too.
const longestTail = 4_096;

/** Where in the prefix a repeat could begin, the longest first. */
function* starts(prefix: string, { least, isWhole }: OverlapRule): Iterable<number> {
  if (prefix.length < least) return;
  yield 0;
  if (isWhole) return;
  for (let start = Math.max(1, prefix.length - longestTail); start <= prefix.length - least; start++) yield start;
}

/** Takes the repeat away from a text that comes in pieces; holds back only what may still belong to one. */
export function openTrimmer(prefix: string, rule: OverlapRule): { push(text: string): string; end(): string } {
  let held = "";
  let isDecided = prefix === "";
  return {
    push(text) {
      if (isDecided || text === "") return text;
      held += text;
      const length = overlap(prefix, held, rule);
      if (length === undefined) return "";
      isDecided = true;
      return held.slice(length);
    },
    end() {
      if (isDecided) return "";
      isDecided = true;
      return held.slice(longestNow(prefix, held, rule));
    },
  };
}

/** The longest repeat that is there already, when no more text comes. */
function longestNow(prefix: string, text: string, rule: OverlapRule): number {
  for (const start of starts(prefix, rule)) {
    if (text.startsWith(prefix.slice(start))) return prefix.length - start;
  }
  return 0;
}
