/** WhisperEngine as it runs for people: `serve` with its permissions, a key, and SQLite on disk. */
import { join } from "node:path";
import { buildProgram } from "../../build/program.ts";
import { startTarget, type Target } from "./target.ts";

export interface Product {
  /** Starts it on a data folder of its own, which is removed when it has stopped. */
  start(options: { port: number; upstream: string }): Promise<Target>;
}

const root = new URL("../../", import.meta.url).pathname;
const key = "benchmark-key-0123456789";
const permissions = ["--allow-read", "--allow-write", "--allow-net", "--allow-env", "--allow-sys"];

/** "source": what `deno task start` runs. "bundle": split and minified, as it ships. */
export type Form = "source" | "bundle";

/** Bundles when that is asked for, into `folder`. */
export async function openProduct(form: Form, folder: string): Promise<Product> {
  const built = join(folder, "program");
  if (form === "bundle") await buildProgram(new URL(root, "file:"), new URL(`${built}/`, "file:"));
  const [main, flags] = form === "bundle" ? [`${built}/main.js`, ["--no-config"]] : [join(root, "main.ts"), []];
  return {
    async start({ port, upstream }) {
      const data = await Deno.makeTempDir({ dir: folder, prefix: "data-" });
      const target = await startTarget({
        name: "product",
        args: [
          "run",
          "-q",
          ...flags,
          "--unstable-no-legacy-abort",
          "--no-prompt",
          ...permissions,
          main,
          "serve",
          "--data",
          data,
          "--port",
          String(port),
        ],
        port,
        env: {
          WHISPER_PROFILE: "server",
          WHISPER_AUTH: "key",
          WHISPER_ADMIN_KEY: key,
          WHISPER_BACKGROUND_MODEL: "openai/sim-n8",
          WHISPER_LOG: "warn",
          OPENAI_BASE_URL: `${upstream}/v1`,
          OPENAI_API_KEY: "sk-scripted",
        },
        headers: { authorization: `Bearer ${key}` },
        modelPrefix: "openai/",
      });
      return {
        ...target,
        async stop() {
          await target.stop();
          await Deno.remove(data, { recursive: true });
        },
      };
    },
  };
}
