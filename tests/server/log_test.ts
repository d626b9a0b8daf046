import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { type LogOptions, openLog } from "../../server/log.ts";

function openLines(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const log = openLog({
    level: "info",
    isForPeople: false,
    secrets: ["sk-known-secret"],
    write: (line) => lines.push(line),
    now: () => new Date("2026-11-22T16:33:57.123Z"),
    ...options,
  });
  return { log, lines };
}

Deno.test("an event is one line of JSON, with the request it belongs to", () => {
  const { log, lines } = openLines();
  log.with({ requestId: "r1" }).info("answered", { status: 200, text: "two\nlines" });
  equal(lines.length, 1);
  match(lines[0]!, /^[^\n]+\n$/);
  deepStrictEqual(JSON.parse(lines[0]!), {
    ...{ time: "2026-11-22T16:33:57.123Z", level: "info", event: "answered" },
    ...{ requestId: "r1", status: 200, text: "two\nlines" },
  });
});

Deno.test("what is below the level is not written", () => {
  const { log, lines } = openLines({ level: "warn" });
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");
  deepStrictEqual(lines.map((line) => JSON.parse(line).event), ["c", "d"]);
});

Deno.test("secrets are hidden by their name, by their value and in headers, wherever they stand; token counts stay", () => {
  for (const isForPeople of [false, true]) {
    const { log, lines } = openLines({ isForPeople });
    const error = new Error("refused sk-known-secret", { cause: new Error("Bearer abcdefghijklmnop") });
    log.error("failed", {
      error,
      apiKey: "by-name-1",
      headers: { Authorization: "by-name-2", cookie: "by-name-3" },
      url: "https://x.example/?k=sk-known-secret",
      nested: [{ admin_key: "by-name-4", "sk-known-secret": 1 }],
      inputTokens: 12,
    });
    ok(!/by-name|sk-known-secret|abcdefghijklmnop/.test(lines.join("")), lines.join(""));
    match(lines.join(""), /12/);
  }
});

Deno.test("an error is written whole: message, place and cause", () => {
  const { log, lines } = openLines();
  log.error("failed", { error: new TypeError("outer", { cause: new RangeError("inner") }) });
  const { error } = JSON.parse(lines[0]!);
  deepStrictEqual([error.name, error.message, error.cause.name, error.cause.message], [
    "TypeError",
    "outer",
    "RangeError",
    "inner",
  ]);
  match(error.stack, /log_test/);
});

Deno.test("no line grows without bound, and what refers to itself ends", () => {
  const { log, lines } = openLines();
  const self: Record<string, unknown> = {};
  self.self = self;
  log.info("big", {
    text: "x".repeat(1e6),
    list: Array.from({ length: 1e4 }, (_, index) => index),
    self,
    bytes: new Uint8Array(9),
  });
  ok(lines[0]!.length < 10_000, String(lines[0]!.length));
});

Deno.test("text from outside can neither steer the terminal nor forge a line", () => {
  const { log, lines } = openLines({ isForPeople: true });
  log.warn("odd", { name: "a\u001b[2J\n12:00:00 error forged", error: new Error("x\u001b]0;y\u0007\r\nforged") });
  ok(!/(?!\n)\p{Cc}/u.test(lines[0]!));
  ok(!lines[0]!.split("\n").some((line) => line.startsWith("12:00:00") || line.startsWith("forged")));
});
