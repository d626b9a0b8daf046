/** SQLite keeps the store contract. */
import { open } from "../../../../adapters/stores/sqlite/open.ts";
import { storeContract } from "../../../contracts/store_contract.ts";
import { dataFolder } from "./data_folder.ts";

storeContract("sqlite", async () => {
  const folder = await dataFolder();
  const store = await open({ file: folder.file });
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
});
