/** A formula: as it was written until what draws it is there, then as MathML. */
import { type ComponentChildren, h, type JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { MathPiece } from "../text/math_tree.ts";

type Draw = (tex: string, isBlock: boolean) => MathPiece | null;

let loaded: Draw | null = null;
let loading: Promise<void> | undefined;

/** Fetched once; a failure is forgotten, so that the next formula tries again. */
function load(): Promise<void> {
  return loading ??= import("../text/math_tree.ts").then(
    ({ drawMath }) => void (loaded = drawMath),
    () => void (loading = undefined),
  );
}

export function Formula({ tex, isBlock }: { tex: string; isBlock: boolean }): JSX.Element {
  const [draw, setDraw] = useState<Draw | null>(null);
  useEffect(() => {
    if (draw) return;
    let isGone = false;
    void load().then(() => !isGone && setDraw(() => loaded));
    return () => void (isGone = true);
  }, []);
  // nothing is loaded before the page is alive, so the first picture there is the server's
  const now = draw ?? loaded;
  const tree = useMemo(() => now?.(tex, isBlock) ?? null, [now, tex, isBlock]);
  const drawn = tree === null ? <code>{tex}</code> : drawPiece(tree);
  return isBlock
    ? <div class="formula" dir="ltr" tabIndex={0} role="group" aria-label="Formula">{drawn}</div>
    : <span class="formula" dir="ltr">{drawn}</span>;
}

function drawPiece(piece: MathPiece): ComponentChildren {
  if (typeof piece === "string") return piece;
  return h(piece.name, piece.attributes, ...piece.children.map(drawPiece));
}
