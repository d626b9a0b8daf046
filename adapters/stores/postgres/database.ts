/** PostgreSQL as our `Database`: what meets a deadlock, a restart or a lost connection is run again. */
import { setTimeout } from "node:timers/promises";
import type { Snapshot } from "../sql/archive.ts";
import type { Database, Sql } from "../sql/sql.ts";
import type { Connection } from "./connection.ts";
import { explain, isPassing } from "./failure.ts";
import { openPool, type PoolState } from "./pool.ts";

export interface PostgresDatabase extends Database {
  /** One transaction whose `work` may await anything, and which is not run again; it may take as long as it needs. */
  once<T>(work: (sql: Sql, connection: Connection) => Promise<T>): Promise<T>;
  /** The whole database as it is at the first read, however long it is read. */
  snapshot(): Promise<Snapshot>;
  pool(): PoolState;
}

export interface DatabaseOptions {
  readonly connections: number;
  /** How long work is tried again while the server does not answer. */
  readonly patienceMs: number;
  /** For messages. */
  readonly shown: string;
}

/** For what takes its time: the time limits of other transactions do not hold. */
const unhurried = "set local idle_in_transaction_session_timeout = 0; set local statement_timeout = 0; " +
  "set local lock_timeout = 0";
const longMs = 10 * 60_000;

export function openDatabase(connect: () => Connection, options: DatabaseOptions): PostgresDatabase {
  const { connections, patienceMs, shown } = options;
  const pool = openPool(connections, connect);
  const closing = new AbortController();

  async function patiently<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const until = performance.now() + patienceMs;
    for (let waitMs = 10;; waitMs = Math.min(waitMs * 2, 500)) {
      try {
        return await pool.use(work, Math.max(1, until - performance.now()));
      } catch (error) {
        if (!isPassing(error) || performance.now() > until || closing.signal.aborted) throw explain(error, shown);
        await setTimeout(waitMs * (0.5 + Math.random()), undefined, { signal: closing.signal }).catch(() => {});
      }
    }
  }

  const read: Sql = {
    skipLocked: { fragment: null },
    all: (strings, ...values) => patiently(({ sql }) => sql.all(strings, ...values)),
    get: (strings, ...values) => patiently(({ sql }) => sql.get(strings, ...values)),
    run: (strings, ...values) => patiently(({ sql }) => sql.run(strings, ...values)),
    index: (message, text) => patiently(({ sql }) => sql.index(message, text)),
  };

  return {
    read,
    transaction: (work, options) =>
      patiently((connection) => options?.isOneStatement ? work(connection.sql) : within(connection, "begin", work)),
    once: (work) =>
      pool.use(async (connection) => {
        connection.limit(longMs);
        try {
          return await within(connection, `begin; ${unhurried}`, (sql) => work(sql, connection));
        } finally {
          connection.limit();
        }
      }, longMs).catch((error) => Promise.reject(explain(error, shown))),
    snapshot: () => openSnapshot(connect(), shown),
    pool: pool.state,
    async close() {
      closing.abort();
      await pool.close();
    },
  };
}

/** The first statement of `work` goes out together with the beginning. */
async function within<T>(connection: Connection, begin: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const begun = connection.execute(begin);
  begun.catch(() => {}); // whatever follows on this connection fails too, and `begun` is awaited below
  try {
    const value = await work(connection.sql);
    await begun;
    await connection.commit();
    return value;
  } catch (error) {
    // A connection that could not even roll back is lost, and the server rolls back by itself.
    if (!connection.isBroken()) await connection.execute("rollback").catch(() => connection.close());
    throw error;
  }
}

async function openSnapshot(connection: Connection, shown: string): Promise<Snapshot> {
  connection.limit(longMs);
  try {
    await connection.execute(`begin isolation level repeatable read read only; ${unhurried}`);
  } catch (error) {
    await connection.close();
    throw explain(error, shown);
  }
  return { sql: connection.sql, close: () => connection.close() };
}
