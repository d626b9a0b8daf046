/** Markdown that arrives in pieces, as rows: those that stay as they are, and those of the block still growing. */
import { lexer } from "marked";
import { drawBlocks, type DrawOptions, emptyRow } from "./markdown_rows.ts";
import type { Row } from "./styled_rows.ts";

export interface StreamedMarkdown {
  push(text: string): void;
  /** Rows that became final since the last call, once each. */
  settled(options: DrawOptions): Row[];
  /** Rows of the last block, which the next piece may change. */
  growing(options: DrawOptions): Row[];
  /** The rows of everything that is left; it begins anew after. */
  end(options: DrawOptions): Row[];
}

export function streamMarkdown(): StreamedMarkdown {
  let pending = "";
  let hasRows = false;
  const draw = (text: string, options: DrawOptions): Row[] => {
    const rows = drawBlocks(lexer(text), options);
    return hasRows && rows.length > 0 ? [emptyRow, ...rows] : rows;
  };
  const settle = (text: string, options: DrawOptions): Row[] => {
    const rows = draw(text, options);
    hasRows ||= rows.length > 0;
    return rows;
  };
  return {
    push(text) {
      pending += text;
    },
    settled(options) {
      const cut = startOfLastBlock(pending);
      const rows = settle(pending.slice(0, cut), options);
      pending = pending.slice(cut);
      return rows;
    },
    growing: (options) => draw(pending, options),
    end(options) {
      const rows = settle(pending, options);
      pending = "";
      hasRows = false;
      return rows;
    },
  };
}

/** A block ends only when the next one has begun: until then a line may yet turn it into a heading, list or table. */
function startOfLastBlock(pending: string): number {
  // A line that is not whole may look like something else: "|-" like the rule of a table.
  const text = pending.slice(0, pending.lastIndexOf("\n") + 1);
  const tokens = lexer(text);
  const last = tokens.findLastIndex((token) => token.type !== "space");
  const before = tokens.slice(0, Math.max(0, last)).reduce((sum, token) => sum + token.raw.length, 0);
  // Should the parser have changed the text, its lengths would not be ours: then nothing is final yet.
  return tokens.map((token) => token.raw).join("") === text ? before : 0;
}
