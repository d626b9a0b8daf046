/** The databases that there are; loaded only when wanted. */
import type { StoreModule } from "../../server/domain/store.ts";
import type { Table } from "../../server/domain/table.ts";

export const stores: Table<StoreModule> = {
  sqlite: {
    settings: [],
    load: () => import("./sqlite/open.ts"),
  },
  postgres: {
    settings: [{
      name: "DATABASE_URL",
      required: true,
      secret: true,
      about:
        "A PostgreSQL database that holds everything instead of a file: postgres://user:password@host:5432/database",
    }],
    load: () => import("./postgres/open.ts"),
  },
};
