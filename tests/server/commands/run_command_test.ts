import { equal, match } from "node:assert/strict";
import { openProgramInFolder } from "./program_in_folder.ts";

const cases: readonly [words: string[], code: number, stdout: RegExp, stderr: RegExp][] = [
  [["help"], 0, /Commands:\n {2}serve .*\n(.*\n)* {2}help /, /^$/],
  [["--help"], 0, /Commands:/, /^$/],
  [["help", "export"], 0, /^Usage: whisperengine export \[FILE\] \[FLAGS\]\n(.*\n)*.*--passphrase/, /^$/],
  [["export", "--help"], 0, /^Usage: whisperengine export/, /^$/],
  [["version"], 0, /^WhisperEngine \d+\.\d+\.\d+ \(Deno /, /^$/],
  [["--version"], 0, /^WhisperEngine /, /^$/],
  [["version", "--json"], 0, /^\{"version":"/, /^$/],
  [["docter"], 2, /^$/, /Cannot run "docter": there is no such command, did you mean "doctor"/],
  [["constructor"], 2, /^$/, /Cannot run "constructor": there is no such command/],
  [["doctor", "--jsno"], 2, /^$/, /Cannot use "--jsno": there is no such flag, did you mean "--json"/],
  [["version", "now"], 2, /^$/, /Cannot use "now": version takes flags only/],
  [["config", "sing", "a", "b"], 2, /^$/, /Cannot use "config sing a b": must be /],
  [["restore"], 2, /^$/, /Cannot restore without the name of a backup/],
  [["restore", "nothing.db"], 1, /^$/, /Cannot restore ".*nothing\.db": there is no such file/],
  [["backup"], 1, /^$/, /Cannot find the database/],
  [["backup", "--port", "x"], 1, /^$/, /^Cannot use WHISPER_PORT "x" from the flag --port: must be a whole number/],
];

for (const [words, code, stdout, stderr] of cases) {
  Deno.test(`"whisperengine ${words.join(" ")}" ends with ${code} and says why`, async () => {
    await using program = await openProgramInFolder();
    const ran = await program.run(words);
    equal(ran.code, code, ran.stderr);
    match(ran.stdout, stdout);
    match(ran.stderr, stderr);
  });
}
