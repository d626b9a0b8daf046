import { deepStrictEqual, throws } from "node:assert/strict";
import type { Flag } from "../../../server/commands/program.ts";
import { readFlags } from "../../../server/commands/read_flags.ts";

const known: readonly Flag[] = [
  { name: "port", short: "p", value: "PORT", about: "" },
  { name: "json", about: "" },
];

const right: readonly [words: string[], flags: Record<string, string | true>, rest: string[]][] = [
  [[], {}, []],
  [["--port", "1", "a"], { port: "1" }, ["a"]],
  [["--port=1", "--port", "2"], { port: "2" }, []],
  [["-p", "1", "--json"], { port: "1", json: true }, []],
  [["--port=-1"], { port: "-1" }, []],
  [["--port="], { port: "" }, []],
  [["a", "--", "--port", "-x"], {}, ["a", "--port", "-x"]],
  [["-"], {}, ["-"]],
  [["--json", "a"], { json: true }, ["a"]],
];
for (const [words, flags, rest] of right) {
  Deno.test(`"${words.join(" ")}" is understood`, () => deepStrictEqual(readFlags(words, known), { flags, rest }));
}

const wrong: readonly [words: string[], message: RegExp][] = [
  [["--prot", "1"], /Cannot use "--prot": there is no such flag, did you mean "--port"/],
  [["--frobnicate"], /there is no such flag$/],
  [["-x"], /Cannot use "-x"/],
  [["--port"], /must be followed by PORT/],
  [["--port", "--json"], /must be followed by PORT/],
  [["--json=1"], /--json takes no value/],
  [["--__proto__"], /Cannot use "--__proto__"/],
  [["--no-port"], /Cannot use "--no-port"/],
];
for (const [words, message] of wrong) {
  Deno.test(`"${words.join(" ")}" is refused`, () => {
    throws(() => readFlags(words, known), { name: "ChatError", code: "invalid", message });
  });
}
