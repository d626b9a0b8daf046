/** Makes unfinished Markdown presentable: what is still being written is closed or held back, so nothing flickers. */

/**
 * The part of a growing answer that may be painted: up to the last whole word, except in one long run without spaces
 * (Chinese, a long address), where everything may.
 */
export function wholeWords(text: string): string {
  if (text === "" || /[\s\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]$/u.test(text)) return text;
  const end = text.search(/\s\S*$/);
  return end >= 0 && text.length - end <= 48 ? text.slice(0, end + 1) : end < 0 && text.length <= 48 ? "" : text;
}

/** A text that ends anywhere, so that it reads as if it had been finished there. */
export function closeMarkdown(text: string): string {
  const fence = openFence(text);
  if (fence !== null) {
    const last = text.slice(text.lastIndexOf("\n") + 1);
    // the closing fence itself may be half written
    const isHalfFence = last.trim() !== "" && fence.startsWith(last.trim());
    return isHalfFence ? text.slice(0, text.length - last.length) : text;
  }
  const held = holdBackTable(holdBackMarker(holdBackFormula(text)));
  const start = held.lastIndexOf("\n\n") + 1;
  return held.slice(0, start) + closeInline(held.slice(start));
}

/** The fence that is open at the end, or null. */
function openFence(text: string): string | null {
  let open: string | null = null;
  for (const line of text.split("\n")) {
    const marker = /^(?:\s{0,3}|[ \t]*(?:[-*+]|\d+[.)])\s+|\s+)(`{3,}|~{3,})(.*)$/.exec(line);
    if (!marker) continue;
    const [, fence = "", rest = ""] = marker;
    if (open === null) {
      if (!(fence.startsWith("`") && rest.includes("`"))) open = fence;
    } else if (fence[0] === open[0] && fence.length >= open.length && rest.trim() === "") open = null;
  }
  return open;
}

/** A last line that is nothing but the beginning of some mark says nothing yet. */
function holdBackMarker(text: string): string {
  const start = text.lastIndexOf("\n") + 1;
  return /^[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)?(?:[-*+_=#`~|:]+|\d+[.)]?)[ \t]*$/.test(text.slice(start))
    ? text.slice(0, start)
    : text;
}

const wholeFormula = /\$\$[^]*?\$\$|\\\[[^]*?\\\]|\\\(.*?\\\)|\$(?=\S)[^$\n]*?[^\s$]\$(?!\w)/g;
const longestFormula = 1_000;
const longestInlineFormula = 120;

/** A formula is shown once it is whole; what goes on for too long is none. */
function holdBackFormula(text: string): string {
  if (!/\$|\\(?:[([]|$)/.test(text)) return text;
  const plain = text.replace(
    /^ {0,3}(`{3,}|~{3,})[^]*?^ {0,3}\1|(?<!\\)(`+)(?!`)[^]*?\2/gm,
    (code) => "x".repeat(code.length),
  );
  const start = Math.max(0, plain.length - longestFormula);
  const tail = plain.slice(start).replace(/\$\$[^]*?\$\$|\\\[[^]*?\\\]/g, (formula) => "x".repeat(formula.length));
  const block = /\$\$|(?<=^|\n) {0,3}\\\[/.exec(tail);
  if (block) return text.slice(0, start + block.index);
  const line = Math.max(tail.lastIndexOf("\n") + 1, tail.length - longestInlineFormula);
  const last = tail.slice(line).replace(
    /\\\(.*?\\\)|\$(?=\S)[^$]*?[^\s$]\$(?!\w)/g,
    (formula) => "x".repeat(formula.length),
  );
  // an amount of money begins with a digit, a formula mostly does not
  const inline = /\\(?:\(|$)|(?<![\w$\\])\$(?![\s\d$])/.exec(last);
  return inline ? text.slice(0, start + line + inline.index) : text;
}

/** A table is shown once its second line is whole: before that it would read as a line of bars. */
function holdBackTable(text: string): string {
  const tail = /(?:^|\n)([ \t]*\|[^\n]*)(?:\n([ \t|:-]*))?$/.exec(text);
  if (!tail) return text;
  const [whole, , delimiter] = tail;
  const before = text.slice(0, text.length - whole.length);
  // an earlier line of the same table has a delimiter above it, so this one is a row
  if (/(?:^|\n)[ \t]*\|[^\n]*$/.test(before)) return text;
  return delimiter !== undefined && /^\s*\|(?:\s*:?-+:?\s*\|)+\s*$/.test(delimiter) ? text : before;
}

/** Closes emphasis and code that are open at the end of a block, and shows the words of a link that is half there. */
function closeInline(text: string): string {
  let rest = text;
  const ticks = /(?<!\\)(`+)(?!`)/g;
  let open: string | null = null;
  let openAt = 0;
  for (let match = ticks.exec(text); match !== null; match = ticks.exec(text)) {
    if (open === null) {
      open = match[1] ?? null;
      openAt = match.index;
    } else if (match[1] === open) open = null;
  }
  if (open !== null) {
    const inside = text.slice(openAt + open.length);
    return closeMarks(text.slice(0, openAt), inside.trim() === "" ? "" : open + inside.replace(/`+$/, "") + open);
  }
  rest = rest.replace(/!?\[([^\]\n]{0,300})\]\([^)\s]{0,2000}$/, "$1").replace(/!?\[([^\]\n]{0,300})\]?$/, "$1");
  return closeMarks(rest, "");
}

function closeMarks(text: string, code: string): string {
  const plain = text.replace(/(?<!\\)(`+)(?!`)[^]*?\1/g, (span) => "x".repeat(span.length))
    .replace(wholeFormula, (formula) => "x".repeat(formula.length));
  const stack: string[] = [];
  for (const match of plain.matchAll(/(?<!\\)(\*\*\*|\*\*|\*|~~|~$|(?<!\w)__|__(?!\w)|(?<!\w)_|_(?!\w))/g)) {
    const mark = match[0];
    const after = plain[match.index + mark.length];
    const before = plain[match.index - 1];
    const top = stack.at(-1);
    const opens = after !== undefined && !/\s/.test(after);
    const closes = before !== undefined && !/\s/.test(before);
    if (top === mark && closes) stack.pop();
    else if (mark === "***" && top === "**" && stack.at(-2) === "*" && closes) stack.splice(-2);
    else if (opens) stack.push(...(mark === "***" ? ["*", "**"] : [mark]));
    else if (after === undefined && !closes) return closeMarks(text.slice(0, match.index), "") + code;
    else if (after === undefined && top !== mark) return closeMarks(text.slice(0, match.index), code);
  }
  if (stack.length === 0) return text + code;
  const body = code === "" ? text.trimEnd() : text + code;
  return body + stack.reverse().join("");
}
