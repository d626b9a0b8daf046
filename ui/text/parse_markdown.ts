/**
 * Markdown to a tree, by marked's lexer. Raw HTML stays text, and only web and mail addresses become links: whatever a
 * model writes, nothing of it is ever handed to the page as markup.
 */
import { Marked, type MarkedToken, type Token, type Tokens } from "marked";
import { blockFormula, type Formula, inlineFormula } from "./formula_tokens.ts";
import type { Block, Cell, Inline, ListItem } from "./markdown_tree.ts";

const marked = new Marked({ gfm: true, extensions: [blockFormula, inlineFormula] });
const withoutFormulas = new Marked({ gfm: true });

/** With more places where a formula could begin, looking for them would be felt, and nobody has written them. */
const mostFormulaMarks = 2_000;

/** The blocks of a text; what nests too deeply to be read comes back as one plain paragraph. */
export function parseMarkdown(markdown: string): readonly Block[] {
  try {
    const marks = markdown.match(/\$|\\[([]/g)?.length ?? 0;
    return blocks((marks <= mostFormulaMarks ? marked : withoutFormulas).lexer(markdown), []);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [{ kind: "paragraph", raw: markdown, children: [{ kind: "text", text: markdown }] }];
  }
}

/** `outline` holds the depths of the headings that are open where the tokens begin. */
function blocks(tokens: readonly Token[], outline: number[]): Block[] {
  return known(tokens).flatMap((token): Block[] => {
    const { raw } = token;
    switch (token.type) {
      case "space":
      case "def":
      case "checkbox":
        return [];
      case "heading":
        return [{ kind: "heading", raw, level: level(token.depth, outline), children: inlines(token.tokens) }];
      case "paragraph":
        return [{ kind: "paragraph", raw, children: inlines(token.tokens) }];
      case "code":
        return [{ kind: "code", raw, language: token.lang ?? "", text: token.text }];
      case "formula":
        return [{ kind: "math", raw, text: token.text }];
      case "blockquote":
        return [{ kind: "quote", raw, children: blocks(token.tokens, outline) }];
      case "list":
        return [{
          kind: "list",
          raw,
          start: token.ordered ? Number(token.start) : null,
          items: token.items.map((item) => listItem(item, outline)),
        }];
      case "table":
        return [{ kind: "table", raw, head: token.header.map(cell), rows: token.rows.map((row) => row.map(cell)) }];
      case "hr":
        return [{ kind: "rule", raw }];
      case "text":
        return [{ kind: "line", raw, children: inlines("tokens" in token && token.tokens ? token.tokens : [token]) }];
      default:
        return [{ kind: "paragraph", raw, children: [{ kind: "text", text: raw }] }];
    }
  });
}

function inlines(tokens: readonly Token[]): Inline[] {
  return known(tokens).flatMap((token): Inline[] => {
    switch (token.type) {
      case "strong":
      case "em":
      case "del":
        return [{ kind: token.type, children: inlines(token.tokens) }];
      case "codespan":
        return [{ kind: "code", text: token.text }];
      case "br":
        return [{ kind: "break" }];
      case "checkbox":
        return [];
      case "formula":
        return [{ kind: "math", text: token.text, isBlock: token.isBlock }];
      case "link":
        return link(token.href, token.autolink ? [{ kind: "text", text: token.text }] : inlines(token.tokens));
      case "image":
        return image(token.href, token.text);
      case "text":
        return [{ kind: "text", text: decodeEntities(token.text) }];
      case "escape":
        return [{ kind: "text", text: token.text }];
      default:
        return [{ kind: "text", text: token.raw }];
    }
  });
}

function link(href: string, children: readonly Inline[]): Inline[] {
  const isOutside = /^(https?:|mailto:)/i.test(href) && URL.canParse(href);
  return isOutside ? [{ kind: "link", href, children }] : [...children];
}

function image(href: string, text: string): Inline[] {
  const isOutside = /^https?:/i.test(href) && URL.canParse(href);
  return isOutside ? [{ kind: "image", href, text }] : [{ kind: "text", text: text || href }];
}

function listItem(token: Tokens.ListItem, outline: number[]): ListItem {
  return { checked: token.task ? token.checked === true : null, children: blocks(token.tokens, outline) };
}

function cell(token: Tokens.TableCell): Cell {
  const align = token.align === "right" ? "end" : token.align === "center" ? "center" : "start";
  return { align, children: inlines(token.tokens) };
}

/** Each answer stands under a heading of its own (2); inside, no level is left out, whatever the model writes. */
function level(depth: number, outline: number[]): 3 | 4 | 5 | 6 {
  while ((outline.at(-1) ?? 0) >= depth) outline.pop();
  outline.push(depth);
  return outline.length === 1 ? 3 : outline.length === 2 ? 4 : outline.length === 3 ? 5 : 6;
}

/** marked types its tokens loosely to allow for extensions; ours is the formula. */
function known(tokens: readonly Token[]): readonly (MarkedToken | Formula)[] {
  return tokens as readonly (MarkedToken | Formula)[];
}

const named: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
  copy: "©",
  mdash: "—",
  ndash: "–",
  hellip: "…",
  times: "×",
  euro: "€",
};

/** The character references that models really write; any other stays as it is written. */
function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return named[name] ?? whole;
    const code = decimal !== undefined ? Number(decimal) : parseInt(hex, 16);
    const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : whole;
  });
}
