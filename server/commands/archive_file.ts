/** Archives as files: packed, encrypted when there is a passphrase, whole or not there at all. */
import { ChatError } from "../domain/error.ts";
import { decrypt, encrypt, magic } from "./archive_cipher.ts";
import { type ArchiveContent, readLines, writeLines } from "../archive_lines.ts";

/** For this user only. Over what was there. */
export async function writeArchive(path: string, content: ArchiveContent, passphrase: string | null): Promise<void> {
  const unfinished = `${path}.unfinished`;
  try {
    const file = await Deno.open(unfinished, { write: true, create: true, truncate: true, mode: 0o600 });
    const packed = ReadableStream.from(writeLines(content)).pipeThrough(new CompressionStream("gzip"));
    const written = passphrase === null ? packed : ReadableStream.from(encrypt(packed, passphrase));
    await written.pipeTo(file.writable);
    await syncFile(unfinished);
    await Deno.rename(unfinished, path);
  } catch (error) {
    await Deno.remove(unfinished).catch(() => {});
    throw error;
  }
}

/**
 * `askPassphrase` is called for an encrypted archive only. `work` gets the content while the file is open.
 * Throws `ChatError` "not_found", or "invalid" for what is no whole archive.
 */
export async function readArchive<T>(
  path: string,
  askPassphrase: () => Promise<string>,
  work: (content: ArchiveContent) => Promise<T>,
): Promise<T> {
  using file = await openForReading(path);
  const start = new Uint8Array(magic.length);
  const length = await file.read(start) ?? 0;
  const isEncrypted = length === magic.length && magic.every((byte, index) => byte === start[index]);
  const plain = isEncrypted ? decrypt(bytesOf(file), await askPassphrase()) : bytesOf(file, start.slice(0, length));
  return await work(await readLines(unpack(plain)));
}

async function* bytesOf(file: Deno.FsFile, first?: Uint8Array<ArrayBuffer>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (first !== undefined) yield first;
  while (true) {
    const buffer = new Uint8Array(2 ** 16);
    const length = await file.read(buffer);
    if (length === null) return;
    yield buffer.subarray(0, length);
  }
}

async function* unpack(packed: AsyncIterable<Uint8Array<ArrayBuffer>>): AsyncGenerator<Uint8Array> {
  try {
    yield* ReadableStream.from(packed).pipeThrough(new DecompressionStream("gzip"));
  } catch (error) {
    if (error instanceof TypeError) {
      throw new ChatError("invalid", "Cannot read the archive: it is damaged, or no export of WhisperEngine", {
        cause: error,
      });
    }
    throw error;
  }
}

async function openForReading(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new ChatError("not_found", `Cannot read the archive "${path}": there is no such file`, { cause: error });
    }
    throw error;
  }
}

async function syncFile(path: string): Promise<void> {
  using file = await Deno.open(path, { write: true });
  await file.sync();
}
