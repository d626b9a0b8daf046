/** SQLite as our `Database`: one writer that commits once per event-loop turn, one reader that sees only commits. */
import type { DatabaseSync } from "node:sqlite";
import { ChatError } from "../../../server/domain/error.ts";
import type { Snapshot } from "../sql/archive.ts";
import type { Database, Sql } from "../sql/sql.ts";
import { connect } from "./connect.ts";
import { explain } from "./failure.ts";
import { tag } from "./tag.ts";

export interface SqliteDatabase extends Database {
  /** A transaction of its own, whose `work` may await anything; the others wait for it. */
  alone<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** The whole database as it is now, however long it is read. */
  snapshot(): Snapshot;
}

interface Job {
  readonly isAlone: boolean;
  run(sql: Sql): Promise<void>;
  settle(failure?: unknown): void;
}

const maxWaiting = 10_000;
/** A group ends after this, so that the event loop is never held for long; the rest goes into the next. */
const groupMs = 8;

/** The file is migrated, and locked by us. `onClose` runs last. */
export function openDatabase(file: string, onClose: () => void): SqliteDatabase {
  const writer = connect(file, { for: "write" });
  const reader = connect(file, { for: "read" });
  const sql = tag(writer, file);
  const waiting: Job[] = [];
  let working: Promise<void> | undefined;
  let isClosed = false;

  async function commitAll() {
    while (waiting.length > 0) {
      await nextTurn();
      await commitGroup();
    }
    working = undefined;
  }

  async function commitGroup() {
    const group: Job[] = [];
    let failure: unknown;
    try {
      writer.exec("begin immediate");
      const until = performance.now() + groupMs;
      do {
        const job = waiting.shift()!;
        group.push(job);
        await job.run(sql);
        if (job.isAlone) break;
      } while (waiting[0] && !waiting[0].isAlone && performance.now() < until);
      writer.exec("commit");
    } catch (error) {
      failure = explain(error, file);
      undo();
      if (group.length === 0) group.push(...waiting.splice(0));
    }
    for (const job of group) job.settle(failure);
  }

  /** What went wrong is told already; a full disk ends the whole transaction by itself. */
  function undo() {
    try {
      if (writer.isTransaction) writer.exec("rollback");
    } catch { /* the next "begin" says whether the disk is back */ }
  }

  function enqueue<T>(isAlone: boolean, work: (sql: Sql) => Promise<T>): Promise<T> {
    if (isClosed) {
      return Promise.reject(new ChatError("unavailable", `Cannot use the database "${file}": it is closed`));
    }
    if (waiting.length >= maxWaiting) {
      return Promise.reject(
        new ChatError("unavailable", `Cannot write to the database "${file}": too much is waiting for the disk`, {
          retryAfterMs: 1000,
        }),
      );
    }
    return new Promise<T>((resolve, reject) => {
      let settle = () => {};
      waiting.push({
        isAlone,
        async run(sql) {
          writer.exec("savepoint job");
          try {
            const value = await work(sql);
            settle = () => resolve(value);
          } catch (error) {
            if (!writer.isTransaction) throw error;
            settle = () => reject(error);
            writer.exec("rollback to job");
          }
          writer.exec("release job");
        },
        settle: (failure) => failure === undefined ? settle() : reject(failure),
      });
      working ??= commitAll();
    });
  }

  return {
    read: tag(reader, file),
    transaction: (work) => enqueue(false, work),
    alone: (work) => enqueue(true, work),
    snapshot: () => snapshot(file),
    async close() {
      if (isClosed) return;
      isClosed = true;
      await working;
      reader.close();
      writer.close();
      onClose();
    },
  };
}

function snapshot(file: string): Snapshot {
  const connection: DatabaseSync = connect(file, { for: "read" });
  // The first read fixes what all later ones see.
  connection.exec("begin; select count(*) from sqlite_schema");
  return { sql: tag(connection, file), close: () => connection.close() };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
