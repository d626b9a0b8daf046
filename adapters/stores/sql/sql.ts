/** The one way to speak to either engine: SQL as tagged templates, writes only inside transactions. */

export type Value = string | number | null | Uint8Array;

/** A piece of SQL that only some engines need; empty on the others. */
export type Fragment = { readonly fragment: unknown };

export interface Sql {
  /** All rows, in the statement's order. */
  all<Row>(strings: TemplateStringsArray, ...values: (Value | Fragment)[]): Promise<Row[]>;
  /** The first row. */
  get<Row>(strings: TemplateStringsArray, ...values: (Value | Fragment)[]): Promise<Row | undefined>;
  /** How many rows were changed. */
  run(strings: TemplateStringsArray, ...values: (Value | Fragment)[]): Promise<number>;
  /** `for update skip locked`, where writers run side by side. */
  readonly skipLocked: Fragment;
  /** Makes a message's text findable; nothing where the engine's own triggers do it. */
  index(message: string, text: string): Promise<void>;
}

export interface TransactionOptions {
  /** `work` is a single statement: a server is spared the words around it. */
  readonly isOneStatement: true;
}

export interface Database {
  /** Reads what is committed. */
  readonly read: Sql;
  /**
   * Resolves when `work` is committed; nothing of it is kept when it throws. `work` awaits only its `sql`, and may
   * run more than once (deadlock, lost connection, a commit whose answer was lost): every body is written so that a
   * repeat changes nothing. Throws `ChatError` "unavailable" when the engine does not answer in time or cannot write.
   */
  transaction<T>(work: (sql: Sql) => Promise<T>, options?: TransactionOptions): Promise<T>;
  close(): Promise<void>;
}
