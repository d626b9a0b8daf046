/**
 * Encrypts an archive with a passphrase. The file begins with eight letters and a random salt; then come chunks of
 * 64 KiB, each AES-256-GCM with a 16-byte tag, the key by scrypt. A chunk's nonce is its number and whether it is the
 * last, so that none can be left out, repeated, moved or cut off (the STREAM construction, eprint.iacr.org/2015/189).
 */
import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { ChatError } from "../domain/error.ts";

export const magic = new TextEncoder().encode("WEXPORT1");
const saltBytes = 16;
const tagBytes = 16;
const chunkBytes = 2 ** 16;
const algorithm = "aes-256-gcm";

export async function* encrypt(
  pieces: AsyncIterable<Uint8Array>,
  passphrase: string,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const salt = randomBytes(saltBytes);
  const key = await deriveKey(passphrase, salt);
  yield Uint8Array.from([...magic, ...salt]);
  for await (const { chunk, number, isLast } of chunksOf(pieces, chunkBytes)) {
    const cipher = createCipheriv(algorithm, key, nonce(number, isLast));
    yield Uint8Array.from(Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()]));
  }
}

/** `pieces` from the first byte after `magic`. Throws `ChatError` "invalid" for a wrong passphrase or a changed file. */
export async function* decrypt(
  pieces: AsyncIterable<Uint8Array>,
  passphrase: string,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = pieces[Symbol.asyncIterator]();
  let begun: Uint8Array = new Uint8Array();
  while (begun.length < saltBytes) {
    const { value, done } = await reader.next();
    if (done) throw refused(0);
    begun = Buffer.concat([begun, value]);
  }
  const key = await deriveKey(passphrase, begun.subarray(0, saltBytes));
  const rest = prepend(begun.subarray(saltBytes), reader);
  for await (const { chunk, number, isLast } of chunksOf(rest, chunkBytes + tagBytes)) {
    if (chunk.length < tagBytes) throw refused(number);
    const decipher = createDecipheriv(algorithm, key, nonce(number, isLast));
    decipher.setAuthTag(chunk.subarray(-tagBytes));
    try {
      yield Uint8Array.from(Buffer.concat([decipher.update(chunk.subarray(0, -tagBytes)), decipher.final()]));
    } catch (error) {
      if (error instanceof Error) throw refused(number, error);
      throw error;
    }
  }
}

/** Chunks of exactly `size`, the last one shorter or empty: there is always a last one. */
async function* chunksOf(
  pieces: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ chunk: Uint8Array; number: number; isLast: boolean }> {
  let number = 0;
  let begun: Uint8Array = new Uint8Array();
  for await (const piece of pieces) {
    begun = begun.length === 0 ? piece : Buffer.concat([begun, piece]);
    // One byte more than a chunk must be there: only then is it not the last.
    while (begun.length > size) {
      yield { chunk: begun.subarray(0, size), number: number++, isLast: false };
      begun = begun.subarray(size);
    }
  }
  yield { chunk: begun, number, isLast: true };
}

async function* prepend(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* { [Symbol.asyncIterator]: () => rest };
}

function nonce(number: number, isLast: boolean): Uint8Array {
  const bytes = new Uint8Array(12);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
  bytes[11] = isLast ? 1 : 0;
  return bytes;
}

/** 64 MiB and about a quarter of a second (OWASP password storage, scrypt). */
function deriveKey(passphrase: string, salt: Uint8Array): Promise<Uint8Array> {
  const options = { N: 2 ** 16, r: 8, p: 2, maxmem: 2 ** 27 };
  return new Promise((resolve, reject) =>
    scrypt(
      passphrase.normalize("NFKC"),
      salt,
      32,
      options,
      (error, key) => error === null ? resolve(key) : reject(error),
    )
  );
}

function refused(number: number, cause?: Error): ChatError {
  const what = number === 0 ? "the passphrase is wrong, or the file was changed" : "the file was changed or cut off";
  return new ChatError("invalid", `Cannot decrypt the archive: ${what}`, { cause });
}
