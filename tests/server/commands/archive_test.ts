import { deepStrictEqual, equal, notDeepStrictEqual, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { decrypt, encrypt, magic } from "../../../server/commands/archive_cipher.ts";
import { readArchive, writeArchive } from "../../../server/commands/archive_file.ts";
import type { ArchiveRow } from "../../../server/domain/store.ts";

const passphrase = "correct horse battery";
const asNobody = () => Promise.reject(new Error("nobody should be asked"));

async function* stream<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

async function withFile(work: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(join(folder, "archive"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function read(path: string, ask: () => Promise<string> = asNobody) {
  return readArchive(path, ask, async ({ settings, rows }) => ({ settings, rows: await Array.fromAsync(rows) }));
}

const rows: ArchiveRow[] = [
  { table: "messages", row: { id: "m1", text: 'Grüße 👩‍👩‍👧 \u2028 \ud800 "\\\n', number: 7, parent: null } },
  { table: "attachments", row: { bytes: Uint8Array.from([0, 255, 10, 13]), name: "a\nb" } },
  { table: "attachments", row: { bytes: new Uint8Array() } },
];

Deno.test("whatever rows are written are read again, plain or encrypted", async () => {
  const value = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.integer(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 300 }),
  );
  const row = fc.record({
    table: fc.string(),
    row: fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), value, { noNullPrototype: true }),
  }, { noNullPrototype: true });
  await withFile(async (path) => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (made) => {
        await writeArchive(path, { settings: { a: 1 }, rows: stream(made) }, null);
        deepStrictEqual(await read(path), { settings: { a: 1 }, rows: made });
      }),
      { numRuns: 50 },
    );
    await writeArchive(path, { settings: {}, rows: stream(rows) }, passphrase);
    deepStrictEqual((await read(path, () => Promise.resolve(passphrase))).rows, rows);
  });
});

Deno.test("the same content makes the same bytes", () =>
  withFile(async (path) => {
    await writeArchive(path, { settings: {}, rows: stream(rows) }, null);
    const first = await Deno.readFile(path);
    await writeArchive(path, { settings: {}, rows: stream(rows) }, null);
    deepStrictEqual(await Deno.readFile(path), first);
    if (Deno.build.os !== "windows") equal((await Deno.stat(path)).mode! & 0o777, 0o600);
  }));

Deno.test("an archive that is cut off anywhere, or has one bit changed, is never taken for whole", () =>
  withFile(async (path) => {
    for (const key of [null, passphrase]) {
      await writeArchive(path, { settings: {}, rows: stream(rows) }, key);
      const whole = await Deno.readFile(path);
      const ask = key === null ? asNobody : () => Promise.resolve(key);
      // Deriving a key takes its time, so an encrypted one is tried at fewer places.
      const step = key === null ? 7 : Math.ceil(whole.length / 4);
      for (let at = 0; at < whole.length; at += step) {
        await Deno.writeFile(path, whole.subarray(0, at));
        await rejects(read(path, ask), { name: "ChatError", code: "invalid" }, `cut at ${at}`);
        // Bytes 4 to 9 of gzip hold a time and a system, which mean nothing to us.
        if (key === null && at < 10) continue;
        await Deno.writeFile(path, whole.with(at, whole[at]! ^ 4));
        await rejects(read(path, ask), { name: "ChatError", code: "invalid" }, `changed at ${at}`);
      }
    }
  }));

const forged: readonly [name: string, lines: readonly unknown[]][] = [
  ["another program's file", [{ hello: "world" }]],
  ["a later version", [{ format: "whisperengine-export", version: 2 }]],
  ["no end", [{ format: "whisperengine-export", version: 1 }, { settings: {} }, { table: "a", row: {} }]],
  ["a wrong sum", [{ format: "whisperengine-export", version: 1 }, { settings: {} }, { rows: 0, sha256: "0" }]],
  ["a row that is none", [{ format: "whisperengine-export", version: 1 }, { settings: {} }, { table: 1, row: {} }]],
  ["a value that is none", [{ format: "whisperengine-export", version: 1 }, { settings: {} }, {
    table: "a",
    row: { b: true },
  }]],
  ["bytes that are none", [{ format: "whisperengine-export", version: 1 }, { settings: {} }, {
    table: "a",
    row: { b: { base64: "!" } },
  }]],
];
for (const [name, lines] of forged) {
  Deno.test(`${name} is refused as an archive`, () =>
    withFile(async (path) => {
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
      const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
      await Deno.writeFile(path, packed);
      await rejects(read(path), { name: "ChatError", code: "invalid" });
    }));
}

Deno.test("a wrong passphrase opens nothing, and an encrypted archive shows nothing of what is in it", () =>
  withFile(async (path) => {
    await writeArchive(path, { settings: {}, rows: stream(rows) }, passphrase);
    await rejects(read(path, () => Promise.resolve("correct horse batterY")), {
      message: "Cannot decrypt the archive: the passphrase is wrong, or the file was changed",
    });
    const first = await Deno.readFile(path);
    deepStrictEqual(first.subarray(0, magic.length), magic);
    await writeArchive(path, { settings: {}, rows: stream(rows) }, passphrase);
    notDeepStrictEqual(await Deno.readFile(path), first);
  }));

Deno.test("chunks of an encrypted archive cannot be left out, swapped or cut off at their edge", async () => {
  const chunk = 2 ** 16;
  const plain = crypto.getRandomValues(new Uint8Array(chunk)).slice();
  const whole = await gather(encrypt(stream([plain, plain, plain]), passphrase));
  const head = whole.subarray(magic.length, magic.length + 16);
  const body = whole.subarray(magic.length + 16);
  const [a, b, c] = [0, 1, 2].map((index) => body.subarray(index * (chunk + 16), (index + 1) * (chunk + 16)));
  const open = (parts: readonly Uint8Array[]) => gather(decrypt(stream([head, ...parts]), passphrase));
  equal((await open([a!, b!, c!])).length, 3 * chunk);
  for (const parts of [[a!, c!], [b!, a!, c!], [a!, b!], [a!, b!, c!, c!], []]) {
    await rejects(open(parts), { name: "ChatError", code: "invalid" });
  }
});

Deno.test("a failure in mid-export leaves no file behind", () =>
  withFile(async (path) => {
    async function* failing(): AsyncGenerator<ArchiveRow> {
      yield rows[0]!;
      throw new Error("the disk is on fire");
    }
    await rejects(writeArchive(path, { settings: {}, rows: failing() }, null), /on fire/);
    const left = [...Deno.readDirSync(join(path, ".."))];
    ok(left.length === 0, JSON.stringify(left));
  }));

async function gather(pieces: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<Uint8Array> {
  return new Uint8Array(await new Blob(await Array.fromAsync(pieces)).arrayBuffer());
}
