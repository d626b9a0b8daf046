/** Cuts a rendered answer into posts: no character is lost, no post is too long, code fences stay whole. */

/** One post: `before` and `after` are the fences that were added around `text`. */
export interface Piece {
  readonly before: string;
  readonly text: string;
  readonly after: string;
}

/** A fence that is open: its marker, and its line for opening it again. */
interface Fence {
  readonly marker: string;
  readonly line: string;
}

const fenceLine = /^ {0,3}(`{3,}|~{3,})([^\n]*)$/;
/** Below this there is no room for fences that are added. */
const minForFences = 40;
/** A boundary is good when the post is filled at least so far. */
const leastFill = 0.4;
/** Made when first needed: it takes longer than most of a start. */
let graphemes: Intl.Segmenter | undefined;

/** Posts of at most `max` UTF-16 units; none for an empty text. */
export function split(text: string, max: number): string[] {
  return cut(text, max).map(({ before, text, after }) => before + text + after);
}

/** The pieces; their `text` together is the text. Cuts after a paragraph, line, sentence, word or grapheme, in that order. */
export function cut(text: string, max: number): Piece[] {
  const pieces: Piece[] = [];
  let fence: Fence | undefined;
  for (let at = 0; at < text.length;) {
    const before: string = fence && max >= minForFences ? reopening(fence, max) : "";
    const room = max - before.length;
    if (text.length - at <= room) {
      pieces.push({ before, text: text.slice(at), after: "" });
      break;
    }
    const closing = max >= minForFences ? longestMarker(text.slice(at, at + room), fence) + 1 : 0;
    const end = at + boundary(text.slice(at, at + room + 1), room - closing);
    const piece = text.slice(at, end);
    fence = fenceAfter(piece, fence);
    const isOpen = fence !== undefined && max >= minForFences;
    pieces.push({ before, text: piece, after: isOpen ? (piece.endsWith("\n") ? "" : "\n") + fence!.marker : "" });
    at = end;
  }
  return pieces;
}

function reopening({ line, marker }: Fence, max: number): string {
  return (line.length <= max / 4 ? line : marker) + "\n";
}

/** Where to cut a text that is longer than `room`: a position in (0, room]. */
function boundary(text: string, room: number): number {
  const window = text.slice(0, room);
  const least = Math.floor(room * leastFill);
  for (
    const end of [/\n\s*\n(?=\S|$)/g, /\n/g, /[.!?…。！？]["'”’)\]]*\s/g, /\s/g].map((pattern) =>
      lastEnd(window, pattern)
    )
  ) {
    if (end > least) return outOfFenceLine(text, end);
  }
  graphemes ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  const grapheme = graphemes.segment(text.slice(Math.max(0, room - 200), room + 1)).containing(Math.min(200, room));
  const start = grapheme ? Math.max(0, room - 200) + grapheme.index : room;
  if (start > least) return outOfFenceLine(text, start);
  return isHighSurrogate(text.charCodeAt(room - 1)) && room > 1 ? room - 1 : room;
}

/** A fence line that is cut in two would be no fence any more. */
function outOfFenceLine(text: string, end: number): number {
  const start = text.lastIndexOf("\n", end - 1) + 1;
  if (start === 0 || start === end) return end;
  const next = text.indexOf("\n", start);
  return fenceLine.test(text.slice(start, next < 0 ? undefined : next)) ? start : end;
}

function lastEnd(text: string, pattern: RegExp): number {
  let end = 0;
  for (const match of text.matchAll(pattern)) end = match.index + match[0].length;
  return end;
}

/** The fence that is open after `text`, given the one before it. */
function fenceAfter(text: string, fence: Fence | undefined): Fence | undefined {
  for (const line of text.split("\n")) {
    const match = fenceLine.exec(line);
    if (!match) continue;
    const [, marker = "", info = ""] = match;
    if (!fence) {
      if (!(marker[0] === "`" && info.includes("`"))) fence = { marker, line: line.trim() };
    } else if (marker[0] === fence.marker[0] && marker.length >= fence.marker.length && !info.trim()) {
      fence = undefined;
    }
  }
  return fence;
}

function longestMarker(text: string, fence: Fence | undefined): number {
  return Math.max(
    fence?.marker.length ?? 0,
    ...[...text.matchAll(/(`{3,}|~{3,})/g)].map(([marker]) => marker.length),
    0,
  );
}

function isHighSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}
