/** Durable storage: one implementation per database; all pass `tests/contracts/store_contract.ts`. */
import type { ConversationStore } from "./conversation.ts";
import type { DeliveryStore } from "./delivery.ts";
import type { LedgerStore } from "./ledger.ts";
import type { TurnStore } from "./turn.ts";

export interface Store {
  readonly turns: TurnStore;
  readonly deliveries: DeliveryStore;
  readonly conversations: ConversationStore;
  readonly people: PeopleStore;
  readonly ledger: LedgerStore;
  /**
   * Whether opening it proves that every earlier owner is dead: one process holds it alone.
   */
  readonly isAlone: boolean;
  /** The shortest time between two commits of a running answer that this store carries well. */
  readonly flushMs: number;
  /** Throws `ChatError` "unavailable" when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** People and how platforms know them. */
export interface PeopleStore {
  /** The person behind an identity, made when new. */
  find(workspace: string, identity: string, name: string): Promise<string>;
}

/** What is written to and read from an archive: every row that a person would miss, as plain values. */
export interface ArchiveRow {
  readonly table: string;
  readonly row: Readonly<Record<string, string | number | null | Uint8Array>>;
}

/** Capability: all content as rows, for moving it elsewhere. */
export interface ArchivableStore extends Store {
  /** In an order in which every row comes after those it points to; one consistent snapshot. */
  exportRows(): AsyncIterable<ArchiveRow>;
  /** All or nothing. Throws "conflict" when the store is not empty, "invalid" for a row that does not fit. */
  importRows(rows: AsyncIterable<ArchiveRow>): Promise<{ rows: number }>;
}

/** Capability: copies of the whole database, made while it is in use. */
export interface BackupStore extends Store {
  /** Writes a verified copy to `file`; nothing is left there when it fails. The event loop never waits 50 ms. */
  backup(file: string): Promise<void>;
}

export function isBackup(store: Store): store is BackupStore {
  return "backup" in store;
}

export function isArchivable(store: Store): store is ArchivableStore {
  return "exportRows" in store;
}

/** What a store may need to be opened; each takes what concerns it. */
export interface StoreSettings {
  /** For a database that is a file: where it is. */
  readonly file: string;
  /** The adapter's own settings, by name, as its row in the table lists them. */
  readonly values: Readonly<Record<string, string>>;
  /** For a database server: how many connections this process may have. */
  readonly connections: number;
  /** Certificates (PEM) to trust besides the system's. */
  readonly caCertificates: string | null;
}

/** What a module behind a row of `adapters/stores/table.ts` exports. */
export interface StoreModule {
  /**
   * Throws `ChatError` "unavailable" when the database cannot be used: held by another process, damaged, newer, out
   * of reach; "invalid" for a setting that cannot be read.
   */
  open(settings: StoreSettings): Promise<Store>;
}

/** Capability of a module whose database is one file: what can be done with it while it is closed, or another's. */
export interface FileStoreModule extends StoreModule {
  open(settings: Pick<StoreSettings, "file">): Promise<Store>;
  /**
   * Puts a backup in the place of the database and keeps the old one beside it; resolves with the old one's new
   * name, null when there was none. Throws "invalid" for a damaged backup, "unavailable" while it is in use.
   */
  restoreBackup(from: string, file: string): Promise<string | null>;
  /** Writes a verified copy, read-only and safe beside a writer in another process. Nothing is left when it fails. */
  copyDatabase(file: string, to: string): Promise<void>;
  /** Looks without writing or migrating, also beside a writer: null when all is well, else one sentence. */
  checkDatabase(file: string): Promise<string | null>;
}

/** Capability of a module whose database is a server. */
export interface ServerStoreModule extends StoreModule {
  /** Looks without writing or migrating: null when it answers and lets us in, else one sentence. */
  checkServer(settings: StoreSettings): Promise<string | null>;
}

export function isServerStore(module: StoreModule): module is ServerStoreModule {
  return "checkServer" in module;
}

export function isFileStore(module: StoreModule): module is FileStoreModule {
  return "restoreBackup" in module && "copyDatabase" in module && "checkDatabase" in module;
}
