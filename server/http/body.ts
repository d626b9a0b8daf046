/** Reads request bodies within their limits: how long, how deep, how slowly they may come. */
import type { Context } from "hono";
import type { z } from "zod";
import { ChatError } from "../domain/error.ts";
import type { HttpEnv, HttpLimits } from "./options.ts";

/** Throws "invalid" for what is not JSON of this shape, "too_large". An empty body is an empty object. */
export async function readJson<Schema extends z.ZodType>(
  c: Context<HttpEnv>,
  schema: Schema,
  { limits, maxBytes = limits.bodyBytes }: { limits: HttpLimits; maxBytes?: number },
): Promise<z.infer<Schema>> {
  return checkShape(schema, parseJson(await readBytes(c.req.raw, { limits, maxBytes }), limits.jsonDepth));
}

/** Throws "too_large", and "invalid" for a body that stops coming. */
export async function readBytes(
  request: Request,
  { limits, maxBytes }: { limits: HttpLimits; maxBytes: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () =>
    new ChatError("too_large", `Cannot read the request: its body may have at most ${maxBytes} bytes`);
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge();
  if (!request.body) return new Uint8Array();
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    reader.cancel().catch(() => {});
  }, limits.bodyTimeoutMs);
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new ChatError("invalid", "Cannot read the request: its body broke off", { cause });
      });
      if (isLate) throw new ChatError("invalid", "Cannot read the request: its body did not arrive in time");
      if (done) break;
      length += value.length;
      if (length > maxBytes) {
        await reader.cancel();
        throw tooLarge();
      }
      chunks.push(value);
    }
  } finally {
    clearTimeout(timer);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Throws "invalid" for what is no JSON or goes deeper than `maxDepth`. Nothing at all is an empty object. */
export function parseJson(bytes: Uint8Array, maxDepth: number): unknown {
  if (bytes.length === 0) return {};
  // Looked at before it is parsed: what walks through the value later may recurse.
  if (depthOf(bytes) > maxDepth) {
    throw new ChatError("invalid", `Cannot read the request: its JSON may be at most ${maxDepth} levels deep`);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof TypeError)) throw cause;
    throw new ChatError("invalid", "Cannot read the request: its body is not JSON in UTF-8", { cause });
  }
}

/** Throws "invalid", naming the field and what would be right. */
export function checkShape<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join(".") || "body";
  throw new ChatError("invalid", `Cannot take "${field}": ${lowerFirst(issue?.message ?? "it is not valid")}`);
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d];

function depthOf(bytes: Uint8Array): number {
  let [depth, deepest] = [0, 0];
  let isText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (isText) {
      if (byte === backslash) i += 1;
      else if (byte === quote) isText = false;
    } else if (byte === quote) isText = true;
    else if (byte === openBrace || byte === openBracket) deepest = Math.max(deepest, ++depth);
    else if (byte === closeBrace || byte === closeBracket) depth -= 1;
  }
  return deepest;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
