/** `deno task dev`: runs the server, and starts it again, with the user interface built anew, when a source changes. */
import { fileURLToPath } from "node:url";
import { makePagesReady } from "./ready.ts";

/** Editors write a file in several steps; a change counts when it has been quiet for so long. */
const QUIET_MS = 150;
/** How long a server may take to end its streams and turns before it is killed. */
const STOP_LIMIT_MS = 10_000;

const WATCHED = ["main.ts", "server", "adapters", "ui", "deno.json"];

/** The permissions of `deno task start`. */
const SERVER = [
  ...["run", "--quiet", "--no-prompt", "--allow-read", "--allow-write", "--allow-net", "--allow-env", "--allow-sys"],
  ...["--allow-run=xdg-open,open,rundll32,/sbin/mount", "main.ts"],
];

if (import.meta.main) await develop(new URL("..", import.meta.url), Deno.args);

async function develop(root: URL, args: string[]): Promise<void> {
  await makePagesReady(root);
  let server = startServer(root, args, {});
  const signals = Deno.build.os === "windows" ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) {
    Deno.addSignalListener(signal, async () => {
      await stopServer(server);
      Deno.exit(0);
    });
  }
  const restart = async (path: string) => {
    console.error(`Changed: ${path}`);
    if (!await isReady(root)) return;
    await stopServer(server);
    server = startServer(root, args, { BROWSER: "none" });
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = Promise.resolve();
  for await (const event of Deno.watchFs(WATCHED.map((path) => fileURLToPath(new URL(path, root))))) {
    const path = event.paths.find((path) => /\.(tsx?|css|json|svg)$/.test(path) && !path.includes("/dist/"));
    if (path === undefined || event.kind === "access") continue;
    clearTimeout(timer);
    timer = setTimeout(() => last = last.then(() => restart(path)), QUIET_MS);
  }
}

/** False when the pages cannot be built: the old server goes on until the source is mended. */
async function isReady(root: URL): Promise<boolean> {
  try {
    await makePagesReady(root);
    return true;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    console.error(error.message);
    return false;
  }
}

function startServer(root: URL, args: string[], env: Record<string, string>): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), { args: [...SERVER, ...args], cwd: root, env, stdin: "inherit" }).spawn();
}

async function stopServer(server: Deno.ChildProcess): Promise<void> {
  try {
    server.kill("SIGTERM");
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof TypeError)) throw error;
  }
  const timer = setTimeout(() => server.kill("SIGKILL"), STOP_LIMIT_MS);
  await server.status;
  clearTimeout(timer);
}
