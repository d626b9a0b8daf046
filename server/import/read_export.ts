/** Reads another program's export from a file, conversation by conversation, with little of it in memory. */
import { configure, type FileEntry, Reader, ZipReader } from "@zip.js/zip.js";
import { ChatError } from "../domain/error.ts";
import type { ImportedConversation } from "../domain/import.ts";
import { decodeChatGpt, isChatGpt } from "./chatgpt.ts";
import { decodeClaude, isClaude } from "./claude.ts";
import { isFields, textOf } from "./fields.ts";
import { splitJson } from "./split_json.ts";

export type ExportItem =
  | { readonly conversation: ImportedConversation }
  /** One that cannot be taken over, and why. */
  | { readonly title: string | null; readonly problem: string };

export interface ExportFile {
  readonly totalBytes: number;
  /** Of the file, so far. */
  readBytes(): number;
  /** Throws `ChatError` "invalid" for what holds no conversation of a known program. */
  items(signal: AbortSignal): AsyncGenerator<ExportItem>;
}

/** Of one conversation; with its text decoded it takes some times that. */
const maxConversationBytes = 24 * 2 ** 20;
/** Of a whole ZIP when unpacked: some packed gigabytes of text; more is a bomb. */
const maxUnpackedBytes = 64 * 2 ** 30;
const maxEntries = 1_000_000;
const pieceBytes = 2 ** 16;

export async function openExport(file: Deno.FsFile): Promise<ExportFile> {
  const { size } = await file.stat();
  const start = await readAt(file, 0, Math.min(4, size));
  let read = 0;
  const readBytes = async (from: number, length: number) => {
    read = Math.min(size, read + length);
    return await readAt(file, from, length);
  };
  const isZip = start[0] === 0x50 && start[1] === 0x4b;
  if (start[0] === 0x1f && start[1] === 0x8b) {
    throw invalid("it is packed with gzip, as exports of WhisperEngine are; those are read by `whisperengine import`");
  }
  return {
    totalBytes: size,
    readBytes: () => read,
    async *items(signal) {
      let found = 0;
      const values = isZip ? unzip(new FileReader(size, readBytes), signal) : splitJson(whole(), maxConversationBytes);
      for await (const value of values) {
        signal.throwIfAborted();
        const item = "bytes" in value ? decode(value.bytes) : tooLarge;
        if (item === undefined) continue;
        found += 1;
        yield item;
      }
      if (found === 0) throw invalid("there is no conversation of ChatGPT or Claude in it");
    },
  };

  async function* whole(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < size; at += pieceBytes) yield await readBytes(at, Math.min(pieceBytes, size - at));
  }
}

const tooLarge: ExportItem = {
  title: null,
  problem: `it has more than ${maxConversationBytes / 2 ** 20} MB of text`,
};

/** Undefined for what is no conversation: exports hold settings and feedback too. */
function decode(bytes: Uint8Array<ArrayBuffer>): ExportItem | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { title: null, problem: "it is damaged: not JSON" };
  }
  if (!isFields(value)) return;
  const decoder = isChatGpt(value) ? decodeChatGpt : isClaude(value) ? decodeClaude : undefined;
  if (!decoder) return;
  const title = (textOf(value.title) || textOf(value.name)).slice(0, 200) || null;
  const conversation = decoder(value);
  if (!conversation) return { title, problem: "nothing was said in it" };
  if (conversation.sourceId === "") return { title, problem: "it has no id, by which a second import would know it" };
  return { conversation };
}

async function* unzip(reader: FileReader, signal: AbortSignal) {
  configure({ useWebWorkers: false });
  let entries = 0;
  let unpacked = 0;
  for await (const entry of entriesOf(new ZipReader(reader))) {
    if (++entries > maxEntries) throw invalid(`it has more than ${maxEntries} files`);
    if (!/\.json$/i.test(entry.filename)) continue;
    if (entry.encrypted) throw invalid("it is protected by a password; unpack it and give the conversations.json");
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, controller) {
        unpacked += piece.length;
        if (unpacked > maxUnpackedBytes) throw invalid("it unpacks to more than any real export");
        controller.enqueue(piece);
      },
    });
    const unpacking = entry.getData(writable, { signal });
    unpacking.catch(() => {}); // the reader below hears of it
    try {
      yield* splitJson(readable, maxConversationBytes);
      await unpacking;
    } catch (error) {
      if (error instanceof ChatError || signal.aborted) throw error;
      throw invalid(`"${entry.filename.slice(0, 100)}" in it is damaged`, error);
    }
  }
}

async function* entriesOf(zip: ZipReader<FileReader>): AsyncGenerator<FileEntry> {
  try {
    for await (const entry of zip.getEntriesGenerator()) {
      if (!entry.directory) yield entry;
    }
  } catch (error) {
    if (!(error instanceof Error) || error instanceof ChatError) throw error;
    throw invalid("its list of files is damaged", error);
  }
}

/** A class, because that is how the library takes another kind of source. */
class FileReader extends Reader<number> {
  override size: number;
  constructor(size: number, private readonly read: (from: number, length: number) => Promise<Uint8Array>) {
    super(size);
    this.size = size;
  }
  override async readUint8Array(index: number, length: number): Promise<Uint8Array> {
    return await this.read(index, Math.max(0, Math.min(length, this.size - index)));
  }
}

async function readAt(file: Deno.FsFile, from: number, length: number): Promise<Uint8Array> {
  await file.seek(from, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const count = await file.read(bytes.subarray(at));
    if (count === null) throw invalid("it ends too early");
    at += count;
  }
  return bytes;
}

function invalid(problem: string, cause?: unknown): ChatError {
  return new ChatError("invalid", `Cannot import this file: ${problem}`, { cause });
}
