/** SQLite keeps the contract of turns. */
import { openSqlite } from "../../../../adapters/stores/sqlite/file.ts";
import { turnsContract } from "../../../contracts/turns_contract.ts";
import { dataFolder } from "./data_folder.ts";
import { storeOver } from "./store_over.ts";

turnsContract("sqlite", async () => {
  const folder = await dataFolder();
  const database = await openSqlite(folder.file);
  return {
    database,
    storeOver,
    async [Symbol.asyncDispose]() {
      await database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
});
