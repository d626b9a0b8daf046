/**
 * The archive that `export` writes and `import` reads: gzip of lines of JSON. The first names the format, the second
 * holds the settings, then comes one line a row, and the last has the number of rows and the SHA-256 of all before it.
 * It carries no time, so the same content makes the same bytes.
 */
import { createHash } from "node:crypto";
import { isRecord } from "./config/settings_file.ts";
import { ChatError } from "./domain/error.ts";
import type { ArchiveRow } from "./domain/store.ts";

const format = "whisperengine-export";
const version = 1;
/** Room for one attachment; a longer line is not ours. */
const maxLineUnits = 2 ** 26;
const pieceUnits = 2 ** 16;

export interface ArchiveContent {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly rows: AsyncIterable<ArchiveRow>;
}

/** The archive's text in pieces of some 64 KiB, not yet packed. */
export async function* writeLines({ settings, rows }: ArchiveContent): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const hash = createHash("sha256");
  const encoder = new TextEncoder();
  let piece = `${JSON.stringify({ format, version })}\n${JSON.stringify({ settings })}\n`;
  let count = 0;
  const take = () => {
    const bytes = encoder.encode(piece);
    hash.update(bytes);
    piece = "";
    return bytes;
  };
  for await (const { table, row } of rows) {
    piece += `${JSON.stringify({ table, row: encodeRow(row) })}\n`;
    count++;
    if (piece.length >= pieceUnits) yield take();
  }
  yield take();
  yield encoder.encode(`${JSON.stringify({ rows: count, sha256: hash.digest("hex") })}\n`);
}

/**
 * Reads the first two lines at once and the rows as they are asked for. The rows end only after the last line was
 * found right. Throws `ChatError` "invalid" for what is no whole archive of ours.
 */
export async function readLines(pieces: AsyncIterable<Uint8Array>): Promise<ArchiveContent> {
  const hash = createHash("sha256");
  const lines = splitLines(pieces);
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw wrong("it ends too early");
    return value;
  };
  const first = await next();
  const header = parse(first);
  if (header.format !== format) throw wrong("it is not an export of WhisperEngine");
  if (header.version !== version) throw wrong(`its version is ${header.version}, this program reads ${version}`);
  const second = await next();
  const { settings } = parse(second);
  if (!isRecord(settings)) throw wrong("its settings are missing");
  hash.update(`${first}\n${second}\n`);

  async function* rows(): AsyncGenerator<ArchiveRow> {
    let count = 0;
    while (true) {
      const line = await next();
      const read = parse(line);
      if ("sha256" in read) {
        if (read.rows !== count || read.sha256 !== hash.digest("hex")) throw wrong("it was changed or damaged");
        if (!(await lines.next()).done) throw wrong("there is more after its end");
        return;
      }
      hash.update(`${line}\n`);
      count++;
      yield decodeRow(read);
    }
  }
  return { settings, rows: rows() };
}

function encodeRow(row: ArchiveRow["row"]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? { base64: value.toBase64() } : value,
    ]),
  );
}

function decodeRow({ table, row }: Readonly<Record<string, unknown>>): ArchiveRow {
  if (typeof table !== "string" || !isRecord(row)) throw wrong("a line is neither a row nor the end");
  const values = Object.entries(row).map(([name, value]) => {
    if (value === null || typeof value === "string" || typeof value === "number") return [name, value] as const;
    if (!isRecord(value) || typeof value.base64 !== "string") throw wrong(`a row of "${table}" holds a wrong value`);
    return [name, fromBase64(value.base64)] as const;
  });
  return { table, row: Object.fromEntries(values) };
}

function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw wrong("it holds bytes that are not base64", error);
    throw error;
  }
}

function parse(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    if (isRecord(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw wrong("a line is not JSON");
}

async function* splitLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let begun: string[] = [];
  let begunUnits = 0;
  for await (const piece of pieces) {
    const [first, ...others] = decode(decoder, piece).split("\n");
    begun.push(first!);
    begunUnits += first!.length;
    if (begunUnits > maxLineUnits) throw wrong("a line is too long");
    for (const other of others) {
      yield begun.join("");
      begun = [other];
      begunUnits = other.length;
    }
  }
  if (begunUnits > 0) throw wrong("it ends too early");
}

function decode(decoder: TextDecoder, piece: Uint8Array): string {
  try {
    return decoder.decode(piece, { stream: true });
  } catch (error) {
    if (error instanceof TypeError) throw wrong("it is not an export of WhisperEngine", error);
    throw error;
  }
}

function wrong(what: string, cause?: unknown): ChatError {
  return new ChatError("invalid", `Cannot read the archive: ${what}`, { cause });
}
