/** One connection to the server, which is never used again once it was lost. */
import type { ConnectionOptions } from "node:tls";
import postgres from "postgres";
import type { Fragment, Sql, Value } from "../sql/sql.ts";
import type { Address } from "./address.ts";
import { LateError } from "./failure.ts";
import { indexWords } from "./index_words.ts";

export interface Connection {
  /** Statements run in the order in which they are given. */
  readonly sql: Sql;
  /** True when it was closed by anyone, or has not answered in time. */
  isBroken(): boolean;
  /** How long a statement may take from now on; left out: as long as usual. */
  limit(ms?: number): void;
  /** Statements without parameters, as one text. */
  execute(text: string): Promise<void>;
  /** "commit"; throws when the transaction had failed and nothing was kept. */
  commit(): Promise<void>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly address: Address;
  readonly tls: false | "prefer" | "require" | ConnectionOptions;
  /** Told of every notification on the channels it listens to. */
  readonly onNotify?: (channel: string, payload: string) => void;
  readonly onClose?: () => void;
}

/** The server ends a statement after 10 s; who hears nothing for longer has lost it. */
const [statementMs, usualLimitMs] = [10_000, 15_000];

/** All numbers of ours are below 2^53; `sum` of bigints is a numeric. */
const types = {
  int8: { to: 20, from: [20, 1700], parse: Number, serialize: String },
  bytea: {
    to: 17,
    from: [17],
    parse: (text: string) => Uint8Array.fromHex(text.slice(2)),
    serialize: (bytes: Uint8Array) => `\\x${bytes.toHex()}`,
  },
};

const skipLocked: Fragment = { fragment: "for update skip locked" };

/**
 * Connects at the first statement. The driver is opened once for each connection, without its pool: postgres 3.4.9
 * reuses a connection that was lost while its user still holds it, which ends the process
 * (https://github.com/porsager/postgres/issues/1208) or would run the rest of a transaction in another's.
 */
export function connect({ address, tls, onNotify, onClose }: ConnectOptions): Connection {
  const { host, port, database, user, password } = address;
  let isBroken = false;
  let limitMs = usualLimitMs;
  const driver = postgres({
    ...{ host, port, database, user, password, types, max: 1, fetch_types: false },
    ssl: tls,
    ...{ connect_timeout: 5, keep_alive: 30, onnotice: () => {} },
    ...{ max_lifetime: null, idle_timeout: 0 }, // the pool's affair
    connection: {
      application_name: "whisperengine",
      statement_timeout: statementMs,
      lock_timeout: 5000,
      // A paused replica must not hold the locks that all others wait for.
      idle_in_transaction_session_timeout: 2000,
      jit: "off",
    },
    onclose() {
      isBroken = true;
      onClose?.();
    },
    ...onNotify ? { onnotify: onNotify } : {},
  });

  function lost(): Error {
    return Object.assign(new Error("the connection was lost"), { code: "CONNECTION_CLOSED" });
  }

  async function inTime<T>(query: () => PromiseLike<T>): Promise<T> {
    if (isBroken) throw lost();
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      isBroken = true;
      late.reject(new LateError("the server has not answered in time"));
      driver.end({ timeout: 0 }).catch(() => {}); // it is lost in any case
    }, limitMs);
    try {
      return await Promise.race([query(), late.promise]);
    } catch (error) {
      // After any other failure the driver may leave the next statement without an answer.
      if (!(error instanceof postgres.PostgresError) || error.severity !== "ERROR") isBroken = true;
      // What people have written stands in these, and errors are logged.
      if (error instanceof postgres.PostgresError) {
        for (const field of ["detail", "where"]) Reflect.deleteProperty(error, field);
      }
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  function query(strings: TemplateStringsArray, values: readonly (Value | Fragment)[]) {
    return inTime(() =>
      driver(strings, ...values.map((value) => value === skipLocked ? driver`for update skip locked` : storable(value)))
    );
  }

  const sql: Sql = {
    skipLocked,
    all: async <Row>(strings: TemplateStringsArray, ...values: (Value | Fragment)[]) =>
      [...await query(strings, values)] as Row[],
    get: async <Row>(strings: TemplateStringsArray, ...values: (Value | Fragment)[]) =>
      (await query(strings, values))[0] as Row | undefined,
    run: async (strings, ...values) => (await query(strings, values)).count ?? 0,
    async index(message, text) {
      await sql.run`
        insert into search_index (message_id, workspace_id, person_id, words)
        select m.id, c.workspace_id, c.person_id, ${indexWords(text)}
        from messages m join conversations c on c.id = m.conversation_id where m.id = ${message}
        on conflict (message_id) do update set words = excluded.words`;
    },
  };

  return {
    sql,
    isBroken: () => isBroken,
    limit: (ms = usualLimitMs) => void (limitMs = ms),
    execute: async (text) => void await inTime(() => driver.unsafe(text).simple()),
    async commit() {
      const result = await inTime(() => driver.unsafe("commit").simple());
      if (result.command !== "COMMIT") throw new Error("a statement failed, so the transaction was not committed");
    },
    async close() {
      isBroken = true;
      await driver.end({ timeout: 2 });
    },
  };
}

/** PostgreSQL refuses NULs in texts; the sign for "not a character" takes their place, and their length. */
function storable(value: Value | Fragment): Value {
  if (typeof value === "string") return value.includes("\0") ? value.replaceAll("\0", "\ufffd") : value;
  if (value !== null && typeof value === "object" && "fragment" in value) {
    throw new Error("a fragment of another engine");
  }
  return value;
}
