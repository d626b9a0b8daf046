/** What is shipped is a bundle that may touch its own folder only: the store must do everything so, too. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { dataFolder } from "./data_folder.ts";

Deno.test("bundled, and with leave for nothing but its folder, the store is made, copied, restored and searched", async () => {
  await using folder = await dataFolder();
  const entry = new URL("./whole_life.ts", import.meta.url).pathname;
  const out = join(folder.path, "bundle");
  await deno("bundle", "--quiet", "--platform=deno", "--code-splitting", "--minify", "--outdir", out, entry);
  const data = join(folder.path, "data");
  const said = await deno(
    ...["run", "--no-prompt", "--no-config", `--allow-read=${data}`, `--allow-write=${data}`],
    ...[join(out, "whole_life.js"), join(data, "whisper.db")],
  );
  assert.equal(said.trim(), "well");
});

async function deno(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
