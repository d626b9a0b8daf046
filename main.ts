/** WhisperEngine: the one place that knows the adapters and the server. Runs the command that was asked for. */
import { models } from "#models";
import { stores } from "#stores";
import project from "./deno.json" with { type: "json" };
import { runCommand } from "./server/commands/run_command.ts";

const program = {
  version: project.version,
  tables: { stores, models },
  uiDist: new URL("./ui/dist/", import.meta.url),
};

Deno.exitCode = await runCommand(program, Deno.args);
