/** `whisperengine import` with another program's export. */
import { equal, match } from "node:assert/strict";
import { importConversations, isForeignExport } from "../../../server/commands/import_conversations.ts";
import { open } from "../../../adapters/stores/sqlite/open.ts";
import { branched, chatGpt } from "../import/exports.ts";
import { zipOf } from "../attachments/files.ts";
import { dataFolder } from "../../adapters/stores/sqlite/data_folder.ts";

Deno.test("ChatGPT's ZIP is known by its content and imported from the command line, once", async () => {
  await using folder = await dataFolder();
  const path = `${folder.file}.zip`;
  const nothing = chatGpt("c2", "Empty", []);
  await Deno.writeFile(path, await zipOf({ "c.json": JSON.stringify([chatGpt("c1", "Trees", branched), nothing]) }));
  equal(await isForeignExport(path), true);
  await Deno.writeFile(`${path}.gz`, new Uint8Array([0x1f, 0x8b]));
  equal(await isForeignExport(`${path}.gz`), false);
  equal(await isForeignExport(`${path}.none`), false);
  const store = await open({ file: folder.file });
  try {
    for (let i = 0; i < 2; i++) equal(await importConversations(path, store), 1);
    const listed = await store.conversations.list({ workspace: "home", person: null }, {
      ...{ limit: 9, cursor: null, archived: false },
    });
    match(listed.items.map(({ title }) => title).join(), /^Trees$/);
  } finally {
    await store.close();
  }
});
