/** Starts what the parts share, and stops it again. */
import { warmUp } from "./load.ts";
import type { Options } from "./options.ts";
import type { World } from "./part.ts";
import { openProduct } from "./product.ts";
import { freePort, startTarget, type Target } from "./target.ts";

const file = (name: string) => new URL(name, import.meta.url).pathname;

export async function openWorld(options: Options): Promise<World & AsyncDisposable> {
  const folder = await Deno.makeTempDir({ prefix: "whisper-bench-" });
  const started: Target[] = [];

  async function start(name: string, args: readonly string[], readyPath: string): Promise<Target> {
    const port = freePort();
    const [script = "", ...rest] = args;
    const target = await startTarget({
      ...{ name, port, readyPath },
      args: ["run", "-q", "--allow-net", script, String(port), ...rest],
    });
    started.push(target);
    return target;
  }

  async function startBoth() {
    const bare = await start("bare", [file("bare.ts"), upstreamUrl], "/readyz");
    const running = await product.start({ port: freePort(), upstream: upstreamUrl });
    started.push(running);
    for (const target of [bare, running]) await warmUp(target);
    return { product: running, bare };
  }

  async function stop(): Promise<void> {
    for (const target of started.toReversed()) await target.stop();
    await Deno.remove(folder, { recursive: true });
  }

  const upstream = await start("model server", [file("upstream.ts")], "/bench/counts");
  const upstreamUrl = `http://${upstream.hostname}:${upstream.port}`;
  const product = await openProduct(options.form, folder);
  let running: ReturnType<typeof startBoth> | undefined;
  return {
    ...{ options, folder, product, upstream },
    running: () => running ??= startBoth(),
    [Symbol.asyncDispose]: stop,
  };
}
