/** A message with the text of its files in front of its own, cut to what a model has room for. */
import type { Attachment } from "../domain/message.ts";

export interface WithFiles {
  readonly text: string;
  /** Names of the files of which something is missing. */
  readonly cut: readonly string[];
}

/** Tokens of the lines around one file. */
export const fileTokens = 40;

/** Ordinary text has at least so many UTF-16 units a token; more than room for it is not even counted. */
const mostUnitsPerToken = 8;

/**
 * The files share `room` tokens: each gets what it needs, as long as there is some. Null: all of every file.
 * `count` may be slow; it is asked for at most a few pieces of each file.
 */
export function withFiles(
  { text, attachments }: { text: string; attachments: readonly Attachment[] },
  room: number | null,
  count: (text: string) => number,
): WithFiles {
  const cut: string[] = [];
  let left = room ?? Infinity;
  const blocks = attachments.flatMap(({ name, text: whole }) => {
    if (!whole) return [];
    const part = left === Infinity ? whole : fit(whole, left - fileTokens, count);
    if (left !== Infinity) left -= count(part) + fileTokens;
    if (part.length < whole.length) cut.push(name);
    const end = part.length < whole.length ? "\n[The rest of this file did not fit and is left out]" : "";
    return [`<file name="${name.replace(/["<>\p{Cc}]/gu, "_")}">\n${part}${end}\n</file>`];
  });
  return { text: [...blocks, ...text ? [text] : []].join("\n\n"), cut };
}

/** The longest beginning that has at most so many tokens, to within a tenth. */
function fit(text: string, tokens: number, count: (text: string) => number): string {
  if (tokens <= 0) return "";
  let part = text.slice(0, tokens * mostUnitsPerToken);
  for (let size = count(part); size > tokens; size = count(part)) {
    part = part.slice(0, Math.floor(part.length * Math.min(0.95, tokens / size)));
  }
  return part.toWellFormed();
}
