/** How the scripted model answers one chat request: refuse, answer whole, or stream and perhaps break. */
import type { Socket } from "node:net";
import { respond } from "./http_socket.ts";
import { type Script, scriptTokens, tokensAfter } from "./model_script.ts";

export interface ChatCall {
  readonly model: string;
  readonly script: Script;
  /** Whether this call is one of those that misbehave. */
  readonly isHit: boolean;
  readonly api: "openai" | "ollama";
  readonly body: ChatBody;
  readonly promptTokens: number;
  /** A token is about to be sent, and paid for. */
  onToken(): void;
}

/** What of a request's body this server looks at. */
export interface ChatBody {
  readonly model?: string;
  readonly messages?: readonly { readonly role: string; readonly content?: unknown }[];
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly truncate?: boolean;
  readonly options?: { readonly num_ctx?: number; readonly num_predict?: number };
}

/** Resolves when all is written, or when the connection has gone. */
export async function answerChat(socket: Socket, call: ChatCall): Promise<void> {
  const { script, api, body } = call;
  const refusal = refuse(call);
  if (refusal !== undefined) {
    await wait(socket, script.ttft);
    const [status, error, headers = {}] = refusal;
    return respond(socket, status, { error: api === "ollama" ? error.message : error }, headers);
  }
  if (script.drop > 0 && call.isHit) return void socket.destroy();
  if (script.html > 0) return respond(socket, 200, "<!doctype html><p>Hello", { "content-type": "text/html" });
  const streams = body.stream ?? api === "ollama";
  if (!streams || script.whole > 0) return await answerWhole(socket, call);
  await stream(socket, call);
}

type Refusal = [status: number, error: Record<string, unknown> & { message: string }, headers?: Record<string, string>];

function refuse({ script, isHit, model, body, api, promptTokens }: ChatCall): Refusal | undefined {
  if (script.quota > 0) {
    return [429, {
      message: "You exceeded your current quota",
      type: "insufficient_quota",
      code: "insufficient_quota",
    }];
  }
  if (script.fail > 0 && isHit) {
    const headers: Record<string, string> = [429, 503].includes(script.fail)
      ? { "retry-after": String(script.ra) }
      : {};
    return [script.fail, { message: `scripted failure ${script.fail}`, type: "server_error" }, headers];
  }
  if (script.noprefill > 0 && body.messages?.at(-1)?.role === "assistant") {
    return [400, { message: "Assistant response prefill is incompatible with enable_thinking." }];
  }
  const context = api === "ollama" && body.truncate === false ? body.options?.num_ctx ?? 4096 : script.ctx;
  if (context > 0 && promptTokens > context) {
    const message = `This model's maximum context length is ${context} tokens, "${model}" got ${promptTokens}`;
    return [400, { message, type: "invalid_request_error", code: "context_length_exceeded" }];
  }
  return undefined;
}

/** The tokens of this answer: from its beginning, or after what stands in the last message of the assistant. */
export function answerTokens({ model, script, body, promptTokens }: ChatCall): string[] {
  const messages = body.messages ?? [];
  const isPrefill = messages.at(-1)?.role === "assistant";
  const isAsked = !isPrefill && messages.at(-2)?.role === "assistant" &&
    /next character/.test(textOf(messages.at(-1)?.content));
  const prefix = isPrefill || isAsked ? textOf(messages.at(isPrefill ? -1 : -2)?.content) : "";
  const question = textOf(messages.filter(({ role }) => role === "user").at(isAsked ? -2 : -1)?.content);
  const whole = model.startsWith("echo") ? question.split(/(?<=\s)/) : scriptTokens(question, script.n);
  const repeated = isAsked && script.repeat > 0 ? [prefix.slice(-script.repeat)] : [];
  const tokens = [...repeated, ...tokensAfter(whole, prefix)];
  const room = script.ctx > 0 ? script.ctx - promptTokens : Infinity;
  const most = body.max_completion_tokens ?? body.max_tokens ?? body.options?.num_predict ?? Infinity;
  return tokens.slice(0, Math.min(most, room));
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  const parts: readonly { text?: string }[] = Array.isArray(content) ? content : [];
  return parts.map(({ text }) => text ?? "").join("");
}

async function answerWhole(socket: Socket, call: ChatCall): Promise<void> {
  const { script, model, api, promptTokens } = call;
  const tokens = answerTokens(call);
  await wait(socket, script.ttft + (script.tps > 0 ? tokens.length * 1000 / script.tps : 0));
  tokens.forEach(() => call.onToken());
  const message = { role: "assistant", content: tokens.join("") };
  if (api === "ollama") {
    const counts = { prompt_eval_count: promptTokens, eval_count: tokens.length };
    return respond(socket, 200, { model, message, done: true, done_reason: "stop", ...counts });
  }
  const usage = script.usage > 0 ? { usage: usageOf(call, tokens.length) } : {};
  const choices = [{ index: 0, message, finish_reason: "stop" }];
  respond(socket, 200, {
    id: "chatcmpl-sim",
    object: "chat.completion",
    created: 1700000000,
    model,
    choices,
    ...usage,
  });
}

async function stream(socket: Socket, call: ChatCall): Promise<void> {
  const { script, isHit, body, api } = call;
  const write = writerFor(socket, call);
  const tokens = answerTokens(call);
  await beforeFirst(socket, script, write);
  if (script.alive === 0) write.head();
  const gapMs = script.tps > 0 ? 1000 / script.tps : 0;
  let due = performance.now();
  if (script.tag > 0) write.text("<think>");
  for (let i = 0; i <= tokens.length; i++) {
    if (socket.destroyed) return;
    if (isHit && i === script.cut) return await cut(socket, write);
    if (isHit && i === script.stall) return await write.drained().then(() => closed(socket));
    if (isHit && i === script.bad) {
      write.raw(api === "ollama" ? '{"message":{"content":"bro\n' : 'data: {"choices":[{"del\n\n');
    }
    if (isHit && i === script.err) return write.end(write.error("The upstream provider broke down"));
    if (isHit && i === script.quit) return write.end("");
    if (i === tokens.length) break;
    if (script.ping > 0) write.raw(": ping\n\n");
    call.onToken();
    const token = script.stamp > 0 ? stamp() : tokens[i]!;
    if (script.tool > 0) write.tool(token, i, tokens.length);
    else if (i < script.think && script.tag === 0) write.thought(token);
    else {
      if (i === script.think && script.tag > 0) write.text("</think>\n\n");
      write.text(token);
    }
    due += gapMs;
    if (gapMs > 0 && due > performance.now()) await wait(socket, due - performance.now());
    else if (socket.writableNeedDrain) await write.drained();
  }
  const asked = script.usage === 2 || script.usage === 1 && body.stream_options?.include_usage === true;
  write.end(write.finish(tokens.length, asked));
}

async function beforeFirst(socket: Socket, { ttft, alive }: Script, write: Writer): Promise<void> {
  if (alive === 0) return await wait(socket, ttft);
  write.head();
  for (let waitedMs = 0; waitedMs < ttft && !socket.destroyed; waitedMs += alive) {
    write.raw(": still working\n\n");
    await wait(socket, alive);
  }
}

/** What has been written arrives before the connection breaks. */
async function cut(socket: Socket, write: Writer): Promise<void> {
  await write.drained();
  await wait(socket, 20);
  socket.destroy();
}

type Writer = ReturnType<typeof writerFor>;

/** Events in the wire's two dialects, as chunks of HTTP or torn into small pieces. */
function writerFor(socket: Socket, call: ChatCall) {
  const { script, model, api, promptTokens } = call;
  const encoder = new TextEncoder();
  const put = (text: string) => {
    if (text === "" || socket.destroyed) return;
    const bytes = encoder.encode(script.crlf > 0 ? text.replaceAll("\n", "\r\n") : text);
    const size = script.split || bytes.length;
    for (let at = 0; at < bytes.length; at += size) {
      const piece = bytes.subarray(at, at + size);
      const head = encoder.encode(`${piece.length.toString(16)}\r\n`);
      const frame = new Uint8Array(head.length + piece.length + 2);
      frame.set(head);
      frame.set(piece, head.length);
      frame.set([13, 10], head.length + piece.length);
      socket.write(frame);
    }
  };
  const chunk = (delta: unknown, finish_reason: string | null = null) =>
    event({ ...base, choices: [{ index: 0, delta, finish_reason }] });
  const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
  const base = { id: "chatcmpl-sim", object: "chat.completion.chunk", created: 1700000000, model };
  const line = (message: unknown) => `${JSON.stringify({ model, message, done: false })}\n`;
  const say = (field: string, text: string) =>
    put(api === "ollama" ? line({ role: "assistant", content: "", [field]: text }) : chunk({ [field]: text }));
  return {
    head() {
      const type = api === "ollama" ? "application/x-ndjson" : "text/event-stream; charset=utf-8";
      socket.write(`HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ntransfer-encoding: chunked\r\n\r\n`);
      if (api === "openai") put(chunk({ role: "assistant", content: "" }));
    },
    raw: put,
    text: (text: string) => say("content", text),
    thought: (text: string) => say(api === "ollama" ? "thinking" : "reasoning_content", text),
    tool(token: string, i: number, length: number) {
      const start = { id: "call_sim", type: "function" };
      const piece = `${i === 0 ? '{"q":"' : ""}${JSON.stringify(token).slice(1, -1)}${i === length - 1 ? '"}' : ""}`;
      const fn = { ...(i === 0 ? { name: "lookup" } : {}), arguments: piece };
      put(chunk({ tool_calls: [{ index: 0, ...(i === 0 ? start : {}), function: fn }] }));
    },
    error: (message: string) =>
      api === "ollama" ? `${JSON.stringify({ error: message })}\n` : event({ error: { code: 502, message } }),
    finish(outputTokens: number, tellsUsage: boolean): string {
      if (api === "ollama") {
        const counts = script.usage > 0 ? { prompt_eval_count: promptTokens, eval_count: outputTokens } : {};
        const message = { role: "assistant", content: "" };
        return `${JSON.stringify({ model, message, done: true, done_reason: "stop", ...counts })}\n`;
      }
      return chunk({}, script.tool > 0 ? "tool_calls" : "stop") +
        (tellsUsage ? event({ ...base, choices: [], usage: usageOf(call, outputTokens) }) : "") +
        (script.nodone > 0 ? "" : "data: [DONE]\n\n");
    },
    end(last: string) {
      put(last);
      if (!socket.destroyed) socket.write("0\r\n\r\n");
    },
    drained: () =>
      new Promise<void>((resolve) => {
        if (!socket.writableNeedDrain || socket.destroyed) return resolve();
        socket.once("drain", resolve).once("close", resolve);
      }),
  };
}

function usageOf({ promptTokens }: ChatCall, outputTokens: number): Record<string, number> {
  return { prompt_tokens: promptTokens, completion_tokens: outputTokens, total_tokens: promptTokens + outputTokens };
}

function stamp(): string {
  const us = Math.round((performance.timeOrigin + performance.now()) * 1000) % 36 ** 8;
  return ` ~${us.toString(36).padStart(8, "0")}`;
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.destroyed ? resolve() : socket.once("close", () => resolve()));
}

/** Shorter when the connection goes. */
function wait(socket: Socket, ms: number): Promise<void> {
  if (ms <= 0 || socket.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      socket.off("close", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    socket.once("close", done);
  });
}
