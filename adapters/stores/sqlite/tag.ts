/** SQL as tagged templates on one connection, each template prepared once. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { Fragment, Sql, Value } from "../sql/sql.ts";
import { explained } from "./failure.ts";

/** One writer needs no `for update skip locked`. */
const skipLocked: Fragment = { fragment: "" };

/**
 * Statements are synchronous here; only their results look asynchronous. Not node:sqlite's own `createTagStore`:
 * on Deno 2.9.6 it hides why a statement failed ("statement has been finalized").
 */
export function tag(connection: DatabaseSync, file: string): Sql {
  const prepared = new WeakMap<TemplateStringsArray, StatementSync>();

  function statement(strings: TemplateStringsArray, values: readonly unknown[]): StatementSync {
    let found = prepared.get(strings);
    if (!found) prepared.set(strings, found = connection.prepare(textOf(strings, values)));
    return found;
  }

  return {
    skipLocked,
    index: async () => {},
    all: async <Row>(strings: TemplateStringsArray, ...values: (Value | Fragment)[]) =>
      explained(file, () => statement(strings, values).all(...parameters(values)) as Row[]),
    get: async <Row>(strings: TemplateStringsArray, ...values: (Value | Fragment)[]) =>
      explained(file, () => statement(strings, values).get(...parameters(values)) as Row | undefined),
    run: async (strings, ...values) =>
      explained(file, () => Number(statement(strings, values).run(...parameters(values)).changes)),
  };
}

function textOf(strings: TemplateStringsArray, values: readonly unknown[]): string {
  return strings.reduce((text, piece, i) => text + (values[i - 1] === skipLocked ? "" : "?") + piece);
}

function parameters(values: readonly (Value | Fragment)[]): SQLInputValue[] {
  return values.filter((value): value is Value => value !== skipLocked).map(storable);
}

/** node:sqlite reads a text only as far as its first NUL; the sign for "not a character" takes its place, and its length. */
function storable(value: Value): Value {
  return typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "\ufffd") : value;
}
