/** Cursors: where a listing goes on, as a string that means nothing to those who hold it. */
import { Buffer } from "node:buffer";
import { ChatError } from "../../../server/domain/error.ts";

type Position = readonly (number | string)[];

export function encodeCursor(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

/** A position of the same shape as `first`, which is where a listing begins. Throws "invalid" for what is not ours. */
export function decodeCursor<P extends Position>(cursor: string | null, first: P): P {
  if (cursor === null) return first;
  const position = parse(cursor);
  if (!isLike(position, first)) {
    throw new ChatError(
      "invalid",
      `Cannot go on from cursor "${cursor.slice(0, 80)}": it must be "next" of a page before`,
    );
  }
  return position;
}

function parse(cursor: string): unknown {
  if (cursor.length > 500) return;
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch (error) {
    if (error instanceof SyntaxError) return;
    throw error;
  }
}

function isLike<P extends Position>(position: unknown, first: P): position is P {
  return Array.isArray(position) && position.length === first.length &&
    position.every((value, i) =>
      typeof first[i] === "number" ? Number.isSafeInteger(value) : typeof value === "string" && !value.includes("\0")
    );
}
