/** What `docs/command_line.md` quotes: the help of every command, as the program prints it. */
import { commands } from "../../server/commands/table.ts";

/** By name: "help" is the overview, "help chat" the help of `chat`. */
export async function helpSections(): Promise<Record<string, string>> {
  const sections: Record<string, string> = { help: inFence(await printed(["help"])) };
  for (const name of Object.keys(commands)) sections[`help ${name}`] = inFence(await printed([name, "--help"]));
  return sections;
}

async function printed(words: readonly string[]): Promise<string> {
  const main = new URL("../../main.ts", import.meta.url);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "--no-check", main.pathname, ...words],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`"${words.join(" ")}" failed: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout).trimEnd();
}

function inFence(text: string): string {
  return ["```text", text, "```"].join("\n");
}
