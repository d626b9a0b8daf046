/** What `main.ts` knows and the server does not: which adapters there are, and where the built pages lie. */
import type { ModelModule } from "./domain/model.ts";
import type { StoreModule } from "./domain/store.ts";
import type { Table } from "./domain/table.ts";

export interface Program {
  readonly version: string;
  readonly tables: {
    readonly stores: Table<StoreModule>;
    readonly models: Table<ModelModule>;
  };
  /** The folder with the built pages. */
  readonly uiDist: URL;
}
