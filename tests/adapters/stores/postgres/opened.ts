/** Stores on a server of a test, each over a database of its own. */
import { parseAddress } from "../../../../adapters/stores/postgres/address.ts";
import { connect } from "../../../../adapters/stores/postgres/connection.ts";
import type { PostgresDatabase } from "../../../../adapters/stores/postgres/database.ts";
import { openMigrated, storeOver } from "../../../../adapters/stores/postgres/open.ts";
import type { Database } from "../../../../adapters/stores/sql/sql.ts";
import type { SharedStore } from "../../../../server/domain/bus.ts";
import type { ArchivableStore } from "../../../../server/domain/store.ts";

export interface OpenedPostgres extends AsyncDisposable {
  readonly url: string;
  readonly database: PostgresDatabase;
  readonly store: SharedStore & ArchivableStore;
  /** The store over a wrapping of its database. */
  storeOver(database: Database): SharedStore & ArchivableStore;
}

export async function openAt(url: string, { connections = 8, patienceMs = 15_000 } = {}): Promise<OpenedPostgres> {
  const address = parseAddress(url);
  const database = await openMigrated(address, { tls: false, connections, patienceMs });
  const over = (wrapped: Database) =>
    storeOver({ ...database, ...wrapped }, address, (events) => connect({ address, tls: false, ...events }));
  const store = over(database);
  return {
    ...{ url, database, store, storeOver: over },
    [Symbol.asyncDispose]: () => store.close(),
  };
}
