/** Runs the program as people do: a process of its own, over a data folder of its own. */
import { join } from "node:path";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramInFolder {
  readonly folder: string;
  readonly data: string;
  readonly database: string;
  /** Nothing of this process's environment but what finding Deno's caches takes. */
  run(words: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ran>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openProgramInFolder(): Promise<ProgramInFolder> {
  const folder = await Deno.makeTempDir();
  const data = join(folder, "data");
  const kept = Object.entries(Deno.env.toObject()).filter(([name]) =>
    /^(DENO_DIR|HOME|PATH|SYSTEMROOT|TEMP)$/i.test(name)
  );
  return {
    folder,
    data,
    database: join(data, "whisperengine.db"),
    async run(words, env = {}) {
      const main = new URL("../../../main.ts", import.meta.url);
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-q", "-A", "--no-check", main.pathname, ...words],
        cwd: folder,
        clearEnv: true,
        env: { ...Object.fromEntries(kept), NO_COLOR: "1", WHISPER_DATA: data, ...env },
        stdin: "null",
      }).output();
      const decoder = new TextDecoder();
      return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    },
    async [Symbol.asyncDispose]() {
      await Deno.remove(folder, { recursive: true });
    },
  };
}
