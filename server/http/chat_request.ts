/** A message as it comes over HTTP: JSON with files in base64, or a form as browsers and `requests.post` send it. */
import type { Context } from "hono";
import { ChatError } from "../domain/error.ts";
import type { Attachment } from "../domain/message.ts";
import type { z } from "zod";
import { checkShape, parseJson, readBytes } from "./body.ts";
import type { HttpEnv, HttpLimits } from "./options.ts";
import { type ChatRequest, chatRequest } from "./schema.ts";

export interface SaidMessage {
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly userId: string | null;
  readonly conversation: string | null;
  readonly model: string | null;
  readonly allowOutside: boolean;
  readonly stream: boolean;
}

export const formTypes = ["application/x-www-form-urlencoded", "multipart/form-data"] as const;

/** Throws "invalid", "too_large". */
export async function readMessage(c: Context<HttpEnv>, limits: HttpLimits): Promise<SaidMessage> {
  const bytes = await readBytes(c.req.raw, { limits, maxBytes: limits.largeBodyBytes });
  const type = c.req.header("content-type") ?? "";
  const isForm = formTypes.some((form) => type.toLowerCase().startsWith(form)) && !isBareJson(type, bytes);
  const { fields, files } = isForm
    ? await readForm(bytes, type)
    : { fields: parseJson(bytes, limits.jsonDepth), files: [] };
  const request: z.infer<typeof chatRequest> = checkShape(chatRequest, fields);
  const attachments = [...(request.attachments ?? []).map(decodeAttachment), ...files];
  const text = cleanText(request.message);
  if (text.trim() === "" && attachments.length === 0) {
    throw new ChatError("invalid", `Cannot take "message": it is empty, say something or attach a file`);
  }
  return {
    ...{ text, attachments },
    userId: cleanText(String(request.user_id ?? "")).trim() || null,
    conversation: request.conversation_id || null,
    model: request.model || null,
    allowOutside: request.allow_outside ?? false,
    stream: request.stream ?? false,
  };
}

/** No half characters and no NUL, which databases refuse or cut at: U+FFFD stands for each. */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\ufffd");
}

/** `curl -d '{…}'` calls its body a form. */
function isBareJson(type: string, bytes: Uint8Array): boolean {
  return type.toLowerCase().startsWith(formTypes[0]) && bytes[0] === 0x7b;
}

const flags = new Set(["stream", "allow_outside"]);
const yes = new Set(["true", "1", "on", "yes"]);
const maxFiles = 10;

async function readForm(
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
): Promise<{ fields: Record<string, unknown>; files: Attachment[] }> {
  const form = await new Response(bytes, { headers: { "content-type": type } }).formData().catch((cause: unknown) => {
    throw new ChatError("invalid", "Cannot read the request: its body is not the form it says it is", { cause });
  });
  const fields: Record<string, unknown> = {};
  const files: Attachment[] = [];
  for (const [name, value] of form) {
    if (typeof value === "string") {
      fields[name] = flags.has(name) ? yes.has(value.toLowerCase()) : value;
    } else if (value.size > 0) {
      if (files.length === maxFiles) {
        throw new ChatError("invalid", `Cannot take the files: at most ${maxFiles} may come with one message`);
      }
      files.push({
        name: cleanText(value.name).slice(0, 255) || "file",
        mediaType: value.type.split(";", 1)[0]?.trim() || "application/octet-stream",
        bytes: await value.bytes(),
      });
    }
  }
  // Files alone are a message too.
  if (files.length > 0) fields.message ??= "";
  return { fields, files };
}

function decodeAttachment({ name, media_type, data }: NonNullable<ChatRequest["attachments"]>[number]): Attachment {
  return { name: cleanText(name), mediaType: media_type, bytes: Uint8Array.fromBase64(data) };
}
