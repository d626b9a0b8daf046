/** The SQLite store over a database that a test has wrapped. */
import { openConversationStore } from "../../../../adapters/stores/sql/conversations.ts";
import { openDeliveryStore } from "../../../../adapters/stores/sql/deliveries.ts";
import { openLedgerStore } from "../../../../adapters/stores/sql/ledger.ts";
import { openPeopleStore } from "../../../../adapters/stores/sql/people.ts";
import type { Database } from "../../../../adapters/stores/sql/sql.ts";
import { openTurnStore } from "../../../../adapters/stores/sql/turns.ts";
import { openSearch } from "../../../../adapters/stores/sqlite/search.ts";
import type { Store } from "../../../../server/domain/store.ts";

export function storeOver(database: Database): Store {
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
    close: () => database.close(),
  };
}
