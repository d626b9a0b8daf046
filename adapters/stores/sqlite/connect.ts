/** One connection to the database file, set up as measured: write-ahead log, 8 KiB pages, durable commits. */
import { DatabaseSync } from "node:sqlite";
import { explained } from "./failure.ts";
import { searchWords } from "../sql/words.ts";

export interface ConnectOptions {
  /** "write" makes the file when it is missing; "read" sees only what is committed and can change nothing. */
  readonly for: "read" | "write";
}

/** Throws `ChatError` "unavailable" when the file cannot be opened or is none of ours. */
export function connect(file: string, options: ConnectOptions): DatabaseSync {
  return explained(file, () => {
    const connection = new DatabaseSync(file, { timeout: 5000 });
    try {
      // 256 MiB of the file are read without copying, the log is folded in every 32 MiB.
      connection.exec("pragma page_size = 8192; pragma mmap_size = 268435456; pragma temp_store = memory");
      if (options.for === "read") connection.exec("pragma query_only = on");
      else {
        connection.exec("pragma journal_mode = wal; pragma wal_autocheckpoint = 4000; pragma synchronous = full");
        connection.exec("pragma foreign_keys = on");
      }
      addFunctions(connection);
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  });
}

/** What our SQL calls and SQLite lacks. */
export function addFunctions(connection: DatabaseSync): void {
  connection.function("now_ms", () => Date.now());
  connection.function("search_words", { deterministic: true }, (text) => searchWords(String(text)));
}
