/** A store's whole life in one program: made, written, copied, restored, searched. Says "well" when all was as it should be. */
import { stores } from "../../../../adapters/stores/table.ts";
import { isBackup, isFileStore } from "../../../../server/domain/store.ts";
import { everything, talk } from "../../../contracts/chat_on_store.ts";

const [file = ""] = Deno.args;
const module = await stores["sqlite"]!.load();
if (!isFileStore(module)) throw new Error("no file store");
const before = await module.open({ file });
if (!isBackup(before)) throw new Error("no backups");
await talk(before, "kept", "yes");
await before.backup(`${file}.copy`);
await talk(before, "lost", "yes");
await before.close();
await module.restoreBackup(`${file}.copy`, file);
const problem = await module.checkDatabase(file);
const after = await module.open({ file });
const find = async (word: string) =>
  (await after.conversations.search(everything, word, { limit: 9, cursor: null })).items.length;
const [kept, lost] = [await find("kept"), await find("lost")];
await after.close();
console.log(problem ?? (kept === 1 && lost === 0 ? "well" : `kept ${kept}, lost ${lost}`));
