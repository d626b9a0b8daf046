/** The databases that there are; loaded only when wanted. */
import type { StoreModule } from "../../server/domain/store.ts";
import type { Table } from "../../server/domain/table.ts";

export const stores: Table<StoreModule> = {
  sqlite: {
    settings: [],
    load: () => import("./sqlite/open.ts"),
  },
};
