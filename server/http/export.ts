/** One conversation as Markdown or JSON, page by page as it is read; and everything as one archive. */
import { type Context, Hono } from "hono";
import type { Conversation } from "../domain/conversation.ts";
import { ChatError } from "../domain/error.ts";
import type { WireMessage } from "../domain/wire.ts";
import type { Viewer } from "../domain/turn.ts";
import { dispositionOf } from "./attachments.ts";
import { operation, query } from "./operation.ts";
import type { HttpEnv, Server } from "./options.ts";
import { exportQuery } from "./schema.ts";
import { toWireConversation, toWireMessage } from "./to_wire.ts";

const tag = "Conversations";
const pageSize = 200;

export function exportRoutes({ store: { conversations }, exportAll }: Server): Hono<HttpEnv> {
  async function* messagesOf(viewer: Viewer, id: string): AsyncGenerator<WireMessage> {
    let cursor: string | null = null;
    do {
      const page = await conversations.messages(viewer, id, { limit: pageSize, cursor });
      yield* page.items.map(toWireMessage);
      cursor = page.next;
    } while (cursor !== null);
  }

  return new Hono<HttpEnv>()
    .get(
      "/api/conversations/:id/export",
      operation({
        id: "exportConversation",
        tag,
        summary: "The branch that is shown, as a file: Markdown for people, JSON for programs",
        answerTypes: ["text/markdown", "application/json"],
        errors: [400, 404],
      }),
      query(exportQuery),
      async (c) => {
        const { viewer } = c.get("caller");
        const conversation = await conversations.get(viewer, c.req.param("id"));
        const messages = messagesOf(viewer, conversation.id);
        return c.req.valid("query").format === "json"
          ? download(c, nameOf(conversation, "json"), "application/json", asJson(conversation, messages))
          : download(c, nameOf(conversation, "md"), "text/markdown", asMarkdown(conversation, messages));
      },
    )
    .get(
      "/api/export",
      operation({
        id: "exportAll",
        tag,
        summary: "Everything in one archive, as `whisperengine export` writes it, without keys and passwords",
        answerTypes: ["application/gzip"],
        errors: [403, 404],
      }),
      async (c) => {
        if (c.get("caller").viewer.person !== null) {
          throw new ChatError("forbidden", "Cannot export everything: only who administers the workspace may");
        }
        if (!exportAll) throw new ChatError("not_found", "Cannot export everything: this database has no archive");
        const name = `whisperengine-export-${new Date().toISOString().slice(0, 10)}.jsonl.gz`;
        return c.body(await exportAll(), 200, headersOf(name, "application/gzip"));
      },
    );
}

function download(c: Context<HttpEnv>, name: string, type: string, pieces: AsyncGenerator<string>): Response {
  const body = ReadableStream.from(pieces).pipeThrough(new TextEncoderStream());
  return c.body(body, 200, headersOf(name, `${type}; charset=utf-8`));
}

function headersOf(name: string, type: string): Record<string, string> {
  return {
    "content-type": type,
    "content-disposition": dispositionOf(name),
    "content-security-policy": "default-src 'none'; sandbox",
  };
}

/** Of the title's letters and digits; the day it was last written to. */
function nameOf({ title, updatedAt }: Conversation, ending: string): string {
  const words = (title ?? "").replace(/[^\p{L}\p{N}]+/gu, " ").trim().slice(0, 60) || "Conversation";
  return `${words} ${new Date(updatedAt).toISOString().slice(0, 10)}.${ending}`;
}

async function* asJson(conversation: Conversation, messages: AsyncIterable<WireMessage>): AsyncGenerator<string> {
  yield `{"conversation":${JSON.stringify(toWireConversation(conversation))},"messages":[`;
  let separator = "\n";
  for await (const message of messages) {
    yield separator + JSON.stringify(message);
    separator = ",\n";
  }
  yield "\n]}\n";
}

async function* asMarkdown(conversation: Conversation, messages: AsyncIterable<WireMessage>): AsyncGenerator<string> {
  yield `# ${oneLine(conversation.title ?? "Conversation")}\n`;
  for await (const { role, author, model, created_at, text, attachments, notice } of messages) {
    const who = role === "user" ? author ?? "You" : model ?? "WhisperEngine";
    yield `\n## ${oneLine(who)}, ${created_at.slice(0, 16).replace("T", " ")} UTC\n\n`;
    for (const { name } of attachments) yield `- ${oneLine(name)}\n`;
    if (attachments.length > 0) yield "\n";
    yield `${text}\n`;
    if (notice) yield `\n> ${oneLine(notice)}\n`;
  }
}

/** A title or name may not begin lines of its own. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
