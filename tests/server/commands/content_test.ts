import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { open } from "../../../adapters/stores/sqlite/open.ts";
import { talk } from "../../contracts/chat_on_store.ts";
import { openProgramInFolder, type ProgramInFolder } from "./program_in_folder.ts";

const secret = "sk-very-secret-0123456789";

/** Conversations with what is hard to carry: bytes, signs of every plane, nothing at all. */
async function fill({ database }: ProgramInFolder): Promise<void> {
  const store = await open({ file: database });
  try {
    for (let number = 0; number < 30; number++) {
      await talk(store, `question ${number} 👩‍👩‍👧 \u2028 "quoted"`, `answer ${number}\n\`\`\`\ncode\n\`\`\``, {
        attachments: [{
          name: "picture.png",
          mediaType: "image/png",
          bytes: crypto.getRandomValues(new Uint8Array(3000)),
        }],
      });
    }
  } finally {
    await store.close();
  }
}

async function rowsOf({ database }: ProgramInFolder) {
  const store = await open({ file: database });
  try {
    return await Array.fromAsync(store.exportRows());
  } finally {
    await store.close();
  }
}

async function succeed(program: ProgramInFolder, words: string[], env?: Record<string, string>): Promise<string> {
  const { code, stdout, stderr } = await program.run(words, env);
  equal(code, 0, stderr);
  return stdout.trim();
}

Deno.test("export, import into an empty instance, export: the two archives are the same, byte for byte", async () => {
  await using here = await openProgramInFolder();
  await using there = await openProgramInFolder();
  await fill(here);
  await succeed(here, ["config", "set", "WHISPER_LOG", "warn"]);
  await succeed(here, ["config", "set", "OPENAI_API_KEY", secret]);
  const first = await succeed(here, ["export"]);
  const second = join(there.folder, "second.gz");
  match(await succeed(there, ["import", first]), /^Imported \d{3,} rows$/);
  equal(await succeed(there, ["export", second]), second);
  deepStrictEqual(await Deno.readFile(second), await Deno.readFile(first));
  deepStrictEqual(await rowsOf(there), await rowsOf(here));
  const plain = await new Response(
    (await Deno.open(first)).readable.pipeThrough(new DecompressionStream("gzip")),
  ).text();
  ok(plain.includes("WHISPER_LOG") && !plain.includes(secret));
  deepStrictEqual([...Deno.readDirSync(here.data)].filter(({ name }) => name.startsWith(".export-")), []);

  const again = await there.run(["import", first]);
  equal(again.code, 1);
  match(again.stderr, /there is content already/);
  match((await here.run(["export", first])).stderr, /is there already; give another name, or --force/);
});

Deno.test("an encrypted export takes the keys along, and needs its passphrase", async () => {
  await using here = await openProgramInFolder();
  await using there = await openProgramInFolder();
  await fill(here);
  await succeed(here, ["config", "set", "OPENAI_API_KEY", secret]);
  const without = await here.run(["export", "--passphrase", "a.enc"]);
  match(without.stderr, /Cannot ask for the passphrase here: set WHISPER_PASSPHRASE/);
  const short = await here.run(["export", "--passphrase", "a.enc"], { WHISPER_PASSPHRASE: "short" });
  match(short.stderr, /must be at least 8 characters/);
  const file = await succeed(here, ["export", "--passphrase", "a.enc"], { WHISPER_PASSPHRASE: "long enough" });
  const wrong = await there.run(["import", file], { WHISPER_PASSPHRASE: "long enougH" });
  deepStrictEqual([wrong.code, /passphrase is wrong/.test(wrong.stderr)], [1, true]);
  await succeed(there, ["import", file], { WHISPER_PASSPHRASE: "long enough" });
  deepStrictEqual(await rowsOf(there), await rowsOf(here));
  match(await Deno.readTextFile(join(there.data, "settings.json")), new RegExp(secret));
});

Deno.test("a damaged archive leaves the database as empty as it was, and a whole one can follow", async () => {
  await using here = await openProgramInFolder();
  await using there = await openProgramInFolder();
  await fill(here);
  const file = await succeed(here, ["export"]);
  const whole = await Deno.readFile(file);
  const damaged = join(there.folder, "damaged.gz");
  await Deno.writeFile(damaged, whole.subarray(0, whole.length - 40));
  equal((await there.run(["import", damaged])).code, 1);
  deepStrictEqual(await rowsOf(there), []);
  await succeed(there, ["import", file]);
  deepStrictEqual(await rowsOf(there), await rowsOf(here));
});

Deno.test("a backup is made and an export written while another process writes; restore waits until it has ended", async () => {
  await using program = await openProgramInFolder();
  await fill(program);
  const before = await rowsOf(program);
  const store = await open({ file: program.database });
  let backup: string;
  try {
    backup = await succeed(program, ["backup"]);
    await succeed(program, ["export", "meanwhile.gz"]);
    await talk(store, "said after the backup", "yes");
    const refused = await program.run(["restore", backup]);
    deepStrictEqual([refused.code, /another WhisperEngine uses it/.test(refused.stderr)], [1, true]);
  } finally {
    await store.close();
  }
  ok((await rowsOf(program)).length > before.length);
  match(await succeed(program, ["restore", backup]), /^Restored from .*\nThe database that was there is now .*\.db$/);
  deepStrictEqual(await rowsOf(program), before);

  await Deno.writeTextFile(join(program.folder, "no.db"), "no database at all");
  const refused = await program.run(["restore", "no.db"]);
  equal(refused.code, 1);
  deepStrictEqual(await rowsOf(program), before);
});
