/** What every store must do, whatever database is behind it: each driver's test calls this. */
import assert from "node:assert/strict";
import type { ArchivableStore } from "../../server/domain/store.ts";
import { archiveContract } from "./archive_contract.ts";
import { branchesContract } from "./branches_contract.ts";
import { conversationsContract } from "./conversations_contract.ts";
import { searchContract } from "./search_contract.ts";

export interface OpenedStore extends AsyncDisposable {
  readonly store: ArchivableStore;
}

/** Opens an empty store, and takes it away again. */
export type OpenStore = () => Promise<OpenedStore>;

export function storeContract(name: string, open: OpenStore): void {
  conversationsContract(name, open);
  branchesContract(name, open);
  searchContract(name, open);
  archiveContract(name, open);

  Deno.test(`${name}: a person is the same each time an identity is seen`, async () => {
    await using opened = await open();
    const { people } = opened.store;
    const ids = await Promise.all(["a", "b", "a", "a"].map((identity) => people.find("w", `local:${identity}`, "Ann")));
    assert.equal(ids[0], ids[2]);
    assert.equal(ids[0], ids[3]);
    assert.notEqual(ids[0], ids[1]);
    assert.notEqual(await people.find("another", "local:a", "Ann"), ids[0]);
  });

  Deno.test(`${name}: a store that is open answers, a closed one says so`, async () => {
    await using opened = await open();
    await opened.store.ping();
    await opened.store.close();
    await assert.rejects(opened.store.people.find("w", "new", "New"));
  });
}
