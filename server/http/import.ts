/** `POST /api/import`: takes over another program's export, streamed in as it is and told about as it goes. */
import { type Context, Hono } from "hono";
import { ChatError } from "../domain/error.ts";
import { type ImportEvent, runImport } from "../import/run_import.ts";
import { operation } from "./operation.ts";
import type { HttpEnv, Server } from "./options.ts";
import { eventStream, type ServerEvent } from "./sse.ts";

/** Larger than any real export; the disk is another limit. */
const maxUploadBytes = 16 * 2 ** 30;

export function importRoutes(server: Server): Hono<HttpEnv> {
  const { store, gate, limits, closing, log, workspace } = server;
  let isBusy = false;

  async function start(c: Context<HttpEnv>): Promise<Response> {
    const { author } = c.get("caller");
    const leave = gate.enter();
    const upload = await receive(c.req.raw, server).catch((error) => {
      leave();
      throw error;
    });

    async function* events(signal: AbortSignal): AsyncGenerator<ServerEvent> {
      let id = 0;
      const event = (name: string, data: unknown): ServerEvent => ({ event: name, id: String(++id), data });
      try {
        const owner = { workspace, person: await store.people.find(workspace, author.identity, author.name) };
        for await (const it of runImport(upload.file, { conversations: store.conversations, owner }, signal)) {
          yield event(it.kind, toWire(it));
        }
      } catch (error) {
        if (signal.aborted) return;
        const isOurs = error instanceof ChatError;
        if (!isOurs) log("error", "import_failed", { requestId: c.get("requestId"), error });
        yield event("error", {
          code: isOurs ? error.code : "internal",
          message: isOurs ? error.message : "Internal error",
          retryable: !isOurs || error.code === "unavailable",
        });
      }
    }
    return eventStream(events, {
      ...{ closing, heartbeatMs: limits.heartbeatMs },
      onEnd() {
        isBusy = false;
        leave();
        upload.close();
      },
    });
  }

  return new Hono<HttpEnv>().post(
    "/api/import",
    operation({
      id: "importConversations",
      tag: "Conversations",
      summary: "Take over the conversations of ChatGPT's or Claude's export",
      description:
        "The body is the file: the ZIP as it was downloaded, or its conversations.json. Server-sent events: " +
        "`conversation` (`title`, `outcome`: imported, present or failed, `reason`), `progress` (`read_bytes`, " +
        "`total_bytes`), then `done` with the counts, or `error`. A second import adds nothing.",
      answerTypes: ["text/event-stream"],
      errors: [400, 409, 413, 503],
    }),
    async (c) => {
      if (isBusy) throw new ChatError("conflict", "Cannot import two files at a time: wait for the other one");
      isBusy = true;
      try {
        return await start(c);
      } catch (error) {
        isBusy = false;
        throw error;
      }
    },
  );
}

function toWire(it: ImportEvent): unknown {
  if (it.kind === "done") return it.counts;
  if (it.kind === "progress") return { read_bytes: it.readBytes, total_bytes: it.totalBytes };
  return { title: it.title, outcome: it.outcome, reason: it.outcome === "failed" ? it.reason : null };
}

/** The body as a file that nobody else sees and that goes with its last reader. A ZIP is read from its end. */
async function receive(
  request: Request,
  { limits, uploadFolder }: Pick<Server, "limits" | "uploadFolder">,
): Promise<{ file: Deno.FsFile; close(): void }> {
  const path = await Deno.makeTempFile({ ...uploadFolder ? { dir: uploadFolder } : {}, prefix: ".import-" });
  const file = await Deno.open(path, { read: true, write: true });
  // Where the system allows it the name goes at once, so that a crash leaves nothing.
  const isNameless = await Deno.remove(path).then(() => true, () => false);
  const close = () => {
    file.close();
    if (!isNameless) Deno.remove(path).catch(() => {});
  };
  try {
    if (!await write(request, file, limits.bodyTimeoutMs)) {
      throw new ChatError("invalid", "Cannot import nothing: the body must be the exported file");
    }
    return { file, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** How many bytes came. Throws "too_large", "invalid" when they stop coming, "unavailable" when the disk is full. */
async function write({ body }: Request, file: Deno.FsFile, timeoutMs: number): Promise<number> {
  let length = 0;
  if (!body) return length;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await inTime(reader.read(), timeoutMs);
      if (done) return length;
      length += value.length;
      if (length > maxUploadBytes) {
        throw new ChatError("too_large", `Cannot import this file: it may have at most ${maxUploadBytes} bytes`);
      }
      for (let at = 0; at < value.length;) {
        at += await file.write(value.subarray(at)).catch((cause: unknown) => {
          throw new ChatError("unavailable", "Cannot keep the file while it is imported: the disk refuses", { cause });
        });
      }
    }
  } catch (error) {
    await reader.cancel().catch(() => {});
    throw error;
  }
}

async function inTime<T>(reading: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(brokenOff("it does not come any further")), timeoutMs);
  });
  try {
    return await Promise.race([reading, late]);
  } catch (error) {
    throw error instanceof ChatError ? error : brokenOff("it broke off", error);
  } finally {
    clearTimeout(timer);
  }
}

function brokenOff(what: string, cause?: unknown): ChatError {
  return new ChatError("invalid", `Cannot read the file to import: ${what}`, { cause });
}
