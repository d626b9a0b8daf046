/** The SQLite store: one file, one process, everything in it. */
import { dirname } from "node:path";
import { ChatError } from "../../../server/domain/error.ts";
import type { ArchivableStore, BackupStore } from "../../../server/domain/store.ts";
import { exportRows, importRows } from "../sql/archive.ts";
import { openConversationStore } from "../sql/conversations.ts";
import { openDeliveryStore } from "../sql/deliveries.ts";
import { openLedgerStore } from "../sql/ledger.ts";
import { openPeopleStore } from "../sql/people.ts";
import { openTurnStore } from "../sql/turns.ts";
import { copyDatabase } from "./copy.ts";
import { openSqlite } from "./file.ts";
import { openSearch } from "./search.ts";

export { checkDatabase } from "./check.ts";
export { copyDatabase } from "./copy.ts";
export { restoreBackup } from "./restore.ts";

/** Makes the folder and the file when they are missing. Throws `ChatError` "unavailable" when they cannot be used. */
export async function open({ file }: { readonly file: string }): Promise<BackupStore & ArchivableStore> {
  await makeFolder(dirname(file));
  const database = await openSqlite(file);
  return {
    turns: openTurnStore(database),
    deliveries: openDeliveryStore(database),
    conversations: openConversationStore(database, openSearch(database.read)),
    people: openPeopleStore(database),
    ledger: openLedgerStore(database),
    isAlone: true,
    flushMs: 25,
    async ping() {
      await database.read.get`select count(*) from migrations`;
    },
    backup: (to) => copyDatabase(file, to),
    exportRows: () => exportRows(database.snapshot),
    importRows: (rows) => importRows(database.alone, rows),
    close: () => database.close(),
  };
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new ChatError(
      "unavailable",
      `Cannot make the data folder "${folder}": ${
        error instanceof Error ? error.message : error
      }; choose another folder`,
      { cause: error },
    );
  }
}
