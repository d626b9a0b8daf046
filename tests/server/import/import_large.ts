/** Imports an export of so many megabytes into a new database, in a process of its own; prints what it took. */
import { Uint8ArrayReader, ZipWriter } from "@zip.js/zip.js";
import { open } from "../../../adapters/stores/sqlite/open.ts";
import { runImport } from "../../../server/import/run_import.ts";
import { beginning, chatGpt, type Said } from "./exports.ts";

export interface Took {
  readonly archiveBytes: number;
  readonly conversations: number;
  readonly imported: number;
  readonly mostMemoryBytes: number;
}

const conversationsAFile = 1000;

/** Some 100 kB, most of it what tools have found, as in real exports; noise that hardly packs. */
function conversation(number: number): string {
  const noise = crypto.getRandomValues(new Uint8Array(48_000)).toBase64();
  const said: Said[] = [{ id: "q0", parent: null, role: "user", text: `Question ${number}`, at: number }];
  for (let i = 0; i < 10; i++) {
    said.push({ id: `t${i}`, parent: said.at(-1)!.id, role: "tool", text: noise.slice(i * 6400, (i + 1) * 6400) });
    said.push({ id: `a${i}`, parent: `t${i}`, role: "assistant", text: `Answer ${i} of ${number} `.repeat(10) });
  }
  return JSON.stringify({ ...chatGpt(`c${number}`, `Conversation ${number}`, said), update_time: beginning + number });
}

async function writeArchive(path: string, megabytes: number): Promise<number> {
  const file = await Deno.open(path, { write: true, create: true });
  const zip = new ZipWriter(file.writable, { useWebWorkers: false, level: 1 });
  let count = 0;
  let bytes = 0;
  for (let part = 0; bytes < megabytes * 1e6; part++) {
    let number = 0;
    // One value after the other: the archive itself must not need the memory that is measured.
    const content = new ReadableStream<Uint8Array>({
      pull(controller) {
        const isLast = number === conversationsAFile || bytes >= megabytes * 1e6;
        const text = isLast ? "]" : `${number === 0 ? "[" : ","}${conversation(count)}`;
        const piece = new TextEncoder().encode(text);
        controller.enqueue(piece);
        if (isLast) return controller.close();
        number += 1;
        count += 1;
        bytes += piece.length * 0.76;
      },
    });
    await zip.add(`conversations-${String(part).padStart(3, "0")}.json`, content);
  }
  await zip.add("user.json", new Uint8ArrayReader(new TextEncoder().encode("{}")));
  await zip.close();
  return count;
}

async function importArchive(folder: string): Promise<Omit<Took, "conversations">> {
  using file = await Deno.open(`${folder}/export.zip`);
  const store = await open({ file: `${folder}/whisper.db` });
  const person = await store.people.find("home", "local", "You");
  const target = { conversations: store.conversations, owner: { workspace: "home", person } };
  let mostMemoryBytes = 0;
  let imported = 0;
  for await (const event of runImport(file, target, new AbortController().signal)) {
    mostMemoryBytes = Math.max(mostMemoryBytes, Deno.memoryUsage().rss);
    if (event.kind === "done") imported = event.counts.imported;
  }
  await store.close();
  return { archiveBytes: (await file.stat()).size, imported, mostMemoryBytes };
}

if (import.meta.main) {
  const [step, folder = ".", megabytes = "200"] = Deno.args;
  console.log(
    JSON.stringify(
      step === "write"
        ? { conversations: await writeArchive(`${folder}/export.zip`, Number(megabytes)) }
        : await importArchive(folder),
    ),
  );
}
