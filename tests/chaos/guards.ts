/** The lines that keep each invariant, and the test that must fail when one of them is taken away. */

export interface Guard {
  readonly invariant: string;
  /** Each text stands exactly once in its file, and is replaced. */
  readonly removed: readonly { readonly file: string; readonly text: string; readonly by: string }[];
  /** A part of the name of the contract's test, or "chaos". */
  readonly caughtBy: string;
}

const sql = (file: string) => `adapters/stores/sql/${file}.ts`;
const tables = sql("migrations/0001_first");
const owners = "an owner that lost its lease";

function guard(invariant: string, caughtBy: string, ...removed: [file: string, text: string, by: string][]): Guard {
  return { invariant, caughtBy, removed: removed.map(([file, text, by]) => ({ file, text, by })) };
}

export const guards: readonly Guard[] = [
  guard(
    "a message is stored once",
    "handed in again and again",
    [tables, "  unique (workspace_id, platform, external_id)\n", "  check (number > 0)\n"],
    [sql("inbox"), "  const earlier = await find(sql, incoming);\n  if (earlier) return earlier;\n", ""],
  ),
  guard(
    "a turn of each kind per message",
    "are queued once",
    [tables, "  unique (question_id, kind, variant),\n", ""],
    [sql("turn_claims"), "on conflict (question_id, kind, variant) do nothing", "on conflict do nothing"],
  ),
  guard(
    "one running answer per conversation",
    "one answer at a time",
    [
      tables,
      "create unique index turns_one_running on turns (conversation_id)",
      "create index turns_one_running on turns (conversation_id)",
    ],
    [
      sql("turn_claims"),
      "and e.number < t.number and e.state in ('queued', 'running'))",
      "and e.number < t.number and e.state = 'queued')",
    ],
  ),
  guard("first in, first out", "one answer at a time", [
    sql("turn_claims"),
    "          and e.number < t.number and e.state in ('queued', 'running'))",
    "          and false)",
  ]),
  guard("who goes on goes to the end of the queue", "after what was asked meanwhile", [
    sql("turn_control"),
    "state = 'queued', number = ${next!.number}, tries = 0",
    "state = 'queued', number = number + 0 * ${next!.number}, tries = 0",
  ]),
  guard("a former owner stores no text", owners, [
    sql("turn_claims"),
    "where id = ${turn} and attempt = ${attempt} and state = 'running' and shown in (${position}, ${after})",
    "where id = ${turn} and ${attempt} > 0 and state = 'running' and shown in (${position}, ${after})",
  ]),
  guard("a former owner reserves nothing", owners, [
    sql("ledger"),
    "update turns set tries = tries where id = ${turn} and attempt = ${attempt} and state = 'running'`;",
    "update turns set tries = tries where id = ${turn} and ${attempt} > 0`;",
  ]),
  guard("a former owner ends nothing", owners, [
    sql("turn_end"),
    "where id = ${turn} and attempt = ${attempt} and state = ${from}",
    "where id = ${turn} and ${attempt} > 0 and state = ${from}",
  ]),
  guard("a former owner lets nothing go", owners, [
    sql("turn_claims"),
    "    where id = ${turn} and attempt = ${attempt} and state = 'running'\n    returning state, stop_requested",
    "    where id = ${turn} and ${attempt} > 0 and state = 'running'\n    returning state, stop_requested",
  ]),
  guard("a former owner renews no lease", owners, [
    sql("turn_claims"),
    "sql.get<{ stop: number }>`\n      update turns set lease_until = now_ms() + ${leaseMs}\n      where id = ${turn} and attempt = ${attempt}",
    "sql.get<{ stop: number }>`\n      update turns set lease_until = now_ms() + ${leaseMs}\n      where id = ${turn} and ${attempt} > 0",
  ]),
  guard("a renewal that came first wins", "a renewal that came before the recovery", [
    sql("turn_control"),
    "and state = 'running'\n          and (lease_until < now_ms() or owner <> ${dead})`;",
    "and state = 'running'\n          and (true or owner <> ${dead})`;",
  ]),
  guard("no gap, no repeat in a stream", "forty readers", [
    "server/chat/attach.ts",
    "heard.findIndex((chunk) => chunk.position === at[chunk.channel])",
    "heard.findIndex((chunk) => chunk.position >= at[chunk.channel])",
  ]),
  guard("shown text is never taken back", "leaves a gap or goes back", [
    sql("turn_claims"),
    " and state = 'running' and shown in (${position}, ${after})",
    " and state = 'running'",
  ]),
  guard("commit, then show", "nobody sees text whose commit failed", [
    "server/chat/answer.ts",
    '      if (await store.turns.append(claim, chunk, options.leaseMs)) lease.cut("stopped");\n      hints.tell(claim.turn, chunk);\n',
    '      hints.tell(claim.turn, chunk);\n      if (await store.turns.append(claim, chunk, options.leaseMs)) lease.cut("stopped");\n',
  ]),
  guard("what was shown is what an answer goes on from", "goes on with the next character", [
    sql("turn_claims"),
    'prefix: shown > 0 ? await shownSoFar(sql, row.turn, "text") : ""',
    'prefix: ""',
  ]),
  guard("a stop that was asked for is heard after a crash", "a crash after that keeps it stopped", [
    sql("turn_claims"),
    "const isOver = row.stop === 1 || ",
    "const isOver = ",
  ]),
  guard("spent and reserved never exceed the limit", "two hundred calls at once", [
    sql("ledger"),
    "or spent_micro_usd + reserved_micro_usd + ${microUsd} <= limit_micro_usd)",
    "or spent_micro_usd + 0 * ${microUsd} <= limit_micro_usd)",
  ]),
  guard("a lost call counts in full", "a call lost in a crash", [
    sql("turn_control"),
    "if (isLost && await letGo(sql, { turn, attempt }, why, policy)) await expire(sql, turn);",
    "if (isLost) await letGo(sql, { turn, attempt }, why, policy);",
  ]),
  guard("its true cost is taken late", "a call lost in a crash", [
    sql("ledger"),
    "and call = ${call} and state <> 'settled'`;",
    "and call = ${call} and state = 'reserved'`;",
  ]),
  guard("an uncertain post is not repeated where nothing drops the repeat", "posted once, though its first request", [
    "server/domain/delivery.ts",
    'case "none":\n      return { state: "unknown" };',
    'case "none":\n      return { state: "pending", afterMs: 1 };',
  ]),
  guard("a post that is not there yet may still come from a paused sender", "whose sender was lost", [
    "server/domain/delivery.ts",
    'return doubt === "given_up" ? "send" : { state: "unknown" };',
    'return doubt === null ? { state: "unknown" } : "send";',
  ]),
  guard("only the sender says that it will send again", "that a post was made is believed", [
    sql("deliveries"),
    "and part = ${part} and attempt = ${attempt} and state = 'sending'`;",
    "and part = ${part} and ${attempt} > 0 and state = 'sending'`;",
  ]),
  guard("that a post was made is believed from anyone", "that a post was made is believed", [
    sql("deliveries"),
    "where turn_id = ${turn} and part = ${part} and state <> 'sent'`;",
    "where turn_id = ${turn} and part = ${part} and attempt = ${attempt} and state <> 'sent'`;",
  ]),
  guard(
    "the parts of an answer go out in order",
    "go out in order",
    [sql("deliveries"), "and (e.turn_number, e.part) < (d.turn_number, d.part))", "and false)"],
    [sql("deliveries"), "and s.state = 'sending')", "and s.state = 'sending' and false)"],
    [tables, "create unique index deliveries_one_sending", "create index deliveries_one_sending"],
  ),
  guard("pieces are folded away when a turn ends", "may run again", [
    sql("turn_end"),
    "  await sql.run`delete from turn_chunks where turn_id = ${turn}`;\n",
    "",
  ]),
  guard("a job that fails undoes only itself", "undoes only itself", [
    "adapters/stores/sqlite/database.ts",
    'writer.exec("rollback to job");',
    "",
  ]),
  guard("a person's title stands", "title of the person's own", [
    sql("turn_end"),
    "where id = ${conversation} and title is null`;",
    "where id = ${conversation}`;",
  ]),
  guard("private stays private", "before the conversation was held here", [
    "server/chat/models.ts",
    '      if (reach !== "local" || choice.provider.isLocal) return choice;\n      // It was',
    "      return choice;\n      // It was",
  ]),
  guard("a repeated claim of a turn finds what it has claimed", "finds what it has claimed", [
    sql("turn_claims"),
    "    earlier = row;\n",
    "",
  ]),
  guard("a repeated claim of a post finds what it has claimed", "finds what it has claimed", [
    sql("deliveries"),
    "return earlier = await claimNext(sql, options);",
    "return await claimNext(sql, options);",
  ]),
  guard("first in, first out, under fire", "chaos", [
    sql("turn_claims"),
    "and e.number < t.number and e.state in ('queued', 'running'))\n      order by t.id",
    "and e.number < t.number and e.state = 'running')\n      order by t.id desc",
  ]),
  guard("a lost call counts in full, under fire", "chaos", [
    sql("turn_control"),
    "if (isLost && await letGo(sql, { turn, attempt }, why, policy)) await expire(sql, turn);",
    "if (isLost) await letGo(sql, { turn, attempt }, why, policy);",
  ]),
  guard("an uncertain post is not repeated, under fire", "chaos", [
    "server/domain/delivery.ts",
    'case "none":\n      return { state: "unknown" };',
    'case "none":\n      return { state: "pending", afterMs: 1 };',
  ]),
  guard("pieces are folded away, under fire", "chaos", [
    sql("turn_end"),
    "  await sql.run`delete from turn_chunks where turn_id = ${turn}`;\n",
    "",
  ]),
  guard("a post goes out once over a connection that breaks", "chaos", [
    "tests/fakes/platform.ts",
    "body: ReadableStream.from([new TextEncoder().encode(JSON.stringify({ place, text, nonce }))]),",
    "body: JSON.stringify({ place, text, nonce }),",
  ]),
];
