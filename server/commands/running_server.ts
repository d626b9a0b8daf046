/** The server that runs on a data folder: it says where in `<data>/server.json`, and clients find it there. */
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { writePrivately } from "../config/private_file.ts";
import { isRecord } from "../config/settings_file.ts";
import { ChatError } from "../domain/error.ts";

export interface RunningServer {
  readonly pid: number;
  /** Where it is reached from this machine, without a slash at the end. */
  readonly url: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Made at every start, and told by `/healthz`: an address may be another's by now. */
  readonly instance: string;
  /** The bearer key that callers must show; null where nobody signs in. */
  readonly key: string | null;
}

const timeLimitMs = 2000;
const maxAnswerUnits = 10_000;

/** Tells clients where the server is. The file is for this user only; `withdraw` takes it away at the end. */
export async function announceServer(
  dataFolder: string,
  server: RunningServer,
): Promise<{ withdraw(): Promise<void> }> {
  const file = serverFile(dataFolder);
  await writePrivately(file, `${JSON.stringify(server)}\n`);
  return {
    async withdraw() {
      // Another server may have announced itself since.
      if ((await readAnnouncement(file))?.pid !== server.pid) return;
      await Deno.remove(file);
    },
  };
}

/** The server that was announced and answers now; undefined when none does, though a killed one may have left its file. */
export async function findRunningServer(dataFolder: string): Promise<RunningServer | undefined> {
  const announced = await readAnnouncement(serverFile(dataFolder));
  if (announced === undefined) return undefined;
  return await instanceAt(announced.url) === announced.instance ? announced : undefined;
}

/** By `node:http`, not `fetch`, which would ask a proxy named in the environment for what runs on this machine. */
async function instanceAt(url: string): Promise<string | undefined> {
  const { request } = await import("node:http");
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked = request(`${url}/healthz`, { agent: false, signal: AbortSignal.timeout(timeLimitMs) }, resolve);
      asked.on("error", reject).end();
    });
    let text = "";
    for await (const piece of response.setEncoding("utf8")) {
      text += piece;
      if (text.length > maxAnswerUnits) return undefined;
    }
    const health: unknown = JSON.parse(text);
    return isRecord(health) && typeof health.instance === "string" ? health.instance : undefined;
  } catch (error) {
    // Nobody there, too slow, or something else that answers there.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** Throws `ChatError` "conflict" while a server runs on this data folder. `attempt`: what it must not be disturbed by. */
export async function refuseWhileRunning(dataFolder: string, attempt: string): Promise<void> {
  const running = await findRunningServer(dataFolder);
  if (running === undefined) return;
  const where = `process ${running.pid}, ${running.url}`;
  throw new ChatError("conflict", `Cannot ${attempt} while the server runs (${where}): stop it first`);
}

/** How a server that listens on `host` is reached from this machine. */
export function localUrl(host: string, port: number): string {
  const name = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

async function readAnnouncement(file: string): Promise<RunningServer | undefined> {
  try {
    const read: unknown = JSON.parse(await Deno.readTextFile(file));
    if (!isRecord(read)) return undefined;
    const { pid, url, startedAt, instance, key } = read;
    if (typeof pid !== "number" || typeof url !== "string" || typeof startedAt !== "string") return undefined;
    if (typeof instance !== "string") return undefined;
    if (URL.parse(url)?.protocol !== "http:" || (typeof key !== "string" && key !== null)) return undefined;
    return { pid, url, startedAt, instance, key };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function serverFile(dataFolder: string): string {
  return join(dataFolder, "server.json");
}
