/** Formulas in Markdown, as models write them: `$…$`, `$$…$$`, `\(…\)` and `\[…\]`. */
import type { TokenizerExtension } from "marked";

export interface Formula {
  readonly type: "formula";
  readonly raw: string;
  readonly text: string;
  readonly isBlock: boolean;
}

const block = /^ {0,3}(?:\$\$([^]{1,5000}?)\$\$|\\\[([^]{1,5000}?)\\\])[ \t]*(?:\n+|$)/;
/** As in pandoc: no space inside the dollars, and no digit or letter after them, so that prices stay prices. */
const inline = /^(?:\$\$([^$\n]{1,2000})\$\$|\\\((.{1,2000}?)\\\)|\$(?![\s$])([^$\n]{0,500}?[^\s$\\])\$(?!\w))/;

/** In lines of its own. */
export const blockFormula: TokenizerExtension = {
  name: "formula",
  level: "block",
  start: (source) => /(?<=^|\n) {0,3}(?:\$\$|\\\[)/.exec(source)?.index,
  tokenizer(source) {
    const found = block.exec(source);
    const text = found?.[1] ?? found?.[2];
    if (!found || text === undefined || text.trim() === "") return;
    return { type: "formula", raw: found[0], text: text.trim(), isBlock: true };
  },
};

export const inlineFormula: TokenizerExtension = {
  name: "formula",
  level: "inline",
  start: (source) => /\$|\\\(/.exec(source)?.index,
  tokenizer(source) {
    const found = inline.exec(source);
    const text = found?.[1] ?? found?.[2] ?? found?.[3];
    if (!found || text === undefined || text.trim() === "") return;
    return { type: "formula", raw: found[0], text: text.trim(), isBlock: found[1] !== undefined };
  },
};
