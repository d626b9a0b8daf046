/** Cuts a JSON file of any length into its values: the elements of its list, or the one object that it is. */

export type JsonPiece = { readonly bytes: Uint8Array<ArrayBuffer> } | { readonly tooLarge: true };

const [quote, backslash, comma, openBrace, closeBrace, openBracket, closeBracket] = [
  ...[0x22, 0x5c, 0x2c, 0x7b, 0x7d, 0x5b, 0x5d],
];

/**
 * Holds one value at a time, of at most `maxBytes`; a longer one is passed over and told. What is no JSON gives values
 * that `JSON.parse` refuses, or none.
 */
export async function* splitJson(pieces: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<JsonPiece> {
  let parts: Uint8Array[] = [];
  let length = 0;
  let depth = 0;
  /** Where values stand: 1 in a list, 0 where there is none; -1 until the first byte has told. */
  let level = -1;
  let isText = false;
  let isEscaped = false;
  let isTooLarge = false;

  function take(piece: Uint8Array): void {
    length += piece.length;
    if (length > maxBytes) {
      isTooLarge = true;
      parts = [];
    } else if (piece.length > 0) parts.push(piece.slice());
  }
  function end(): JsonPiece {
    const whole = isTooLarge ? { tooLarge: true } as const : { bytes: joined(parts, length) };
    [parts, length, isTooLarge] = [[], 0, false];
    return whole;
  }

  for await (const piece of pieces) {
    let start = 0;
    for (let i = 0; i < piece.length; i++) {
      const byte = piece[i]!;
      if (isText) {
        if (isEscaped) isEscaped = false;
        else if (byte === backslash) isEscaped = true;
        else if (byte === quote) isText = false;
      } else if (byte === quote) isText = true;
      else if (byte === openBrace || byte === openBracket) {
        if (level < 0) {
          level = byte === openBracket ? 1 : 0;
          start = byte === openBracket ? i + 1 : i;
        }
        depth += 1;
      } else if (byte === closeBrace || byte === closeBracket) {
        depth -= 1;
        if (depth === level) {
          take(piece.subarray(start, i + 1));
          yield end();
          start = i + 1;
        }
      } else if (byte === comma && depth === level) start = i + 1;
    }
    if (level >= 0 && depth > level) take(piece.subarray(start));
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
