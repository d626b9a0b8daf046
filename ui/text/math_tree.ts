/** A formula as MathML elements in plain data: drawn piece by piece, never handed to the page as markup. */
import katex from "katex";

export type MathPiece = string | {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly MathPiece[];
};

/** MathML Core's elements that KaTeX writes; what is not here is left out, its children stay. */
const elements = new Set([
  ...["math", "mrow", "mi", "mo", "mn", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle", "mpadded", "mphantom"],
  ...["msup", "msub", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd", "menclose", "merror"],
]);

const attributes = new Set([
  ...["display", "displaystyle", "scriptlevel", "mathvariant", "mathcolor", "mathbackground", "mathsize", "stretchy"],
  ...["fence", "separator", "accent", "accentunder", "lspace", "rspace", "minsize", "maxsize", "symmetric", "largeop"],
  ...["movablelimits", "linethickness", "rowspacing", "columnspacing", "columnalign", "rowlines", "columnlines"],
  ...["width", "height", "depth", "voffset", "notation", "form", "side"],
]);

/** KaTeX's own step before markup, which its types leave out. */
const renderTree: unknown = Reflect.get(katex, "__renderToDomTree");

/** Null for what is no formula after all. */
export function drawMath(tex: string, isBlock: boolean): MathPiece | null {
  if (typeof renderTree !== "function") return null;
  let tree: unknown;
  try {
    tree = renderTree(tex, {
      output: "mathml",
      displayMode: isBlock,
      ...{ throwOnError: true, trust: false, strict: "ignore", maxExpand: 500, maxSize: 20 },
    });
  } catch (error) {
    if (error instanceof katex.ParseError || error instanceof RangeError) return null;
    throw error;
  }
  return copy(tree).find((piece) => typeof piece !== "string") ?? null;
}

function copy(node: unknown): MathPiece[] {
  if (typeof node !== "object" || node === null) return [];
  const text: unknown = Reflect.get(node, "text");
  if (typeof text === "string") return [text];
  const name: unknown = Reflect.get(node, "type");
  const given: unknown = Reflect.get(node, "children");
  // the source of the formula, which would be copied with it a second time
  if (name === "annotation") return [];
  const children = Array.isArray(given) ? given.flatMap(copy) : [];
  if (name === "mspace") return [{ name, attributes: kept(node), children: [] }];
  if (typeof name !== "string" || !elements.has(name)) return children;
  return [{ name, attributes: kept(node), children }];
}

function kept(node: object): Record<string, string> {
  const given: unknown = Reflect.get(node, "attributes");
  if (typeof given !== "object" || given === null) return {};
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => attributes.has(name) ? [[name, String(value)]] : []),
  );
}
