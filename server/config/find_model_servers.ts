/** Finds the model servers that answer on this machine. */
import type { IncomingMessage } from "node:http";
import type { FoundServer } from "../domain/model.ts";
import { isLoopbackHost, ollamaOrigin } from "./address.ts";

const timeLimitMs = 300;
const maxAnswerUnits = 1_000_000;
const maxModels = 500;

interface Candidate {
  readonly kind: FoundServer["kind"];
  /** Without a path. */
  readonly origin: string;
  /** Asked for the models, below the origin. */
  readonly path: string;
  /** Added to the origin for `baseUrl`. */
  readonly base: string;
}

/** The usual ports on this machine; OLLAMA_HOST is heeded when it is this machine too. */
export function candidates(
  env: Readonly<Record<string, string>>,
  ports: { ollama: number; lmstudio: number; llamacpp: number } = { ollama: 11434, lmstudio: 1234, llamacpp: 8081 },
): Candidate[] {
  const origin = (port: number) => `http://127.0.0.1:${port}`;
  const asked = env.OLLAMA_HOST === undefined ? undefined : ollamaOrigin(env.OLLAMA_HOST);
  return [
    {
      kind: "ollama",
      origin: asked !== undefined && isOurs(asked) ? asked : origin(ports.ollama),
      path: "/api/tags",
      base: "",
    },
    { kind: "lmstudio", origin: origin(ports.lmstudio), path: "/v1/models", base: "/v1" },
    { kind: "llamacpp", origin: origin(ports.llamacpp), path: "/v1/models", base: "/v1" },
  ];
}

/** Those that answer within 300 ms with a list of models, in the order of the candidates. Never throws. */
export async function findModelServers(
  among: readonly Candidate[],
  signal: AbortSignal = new AbortController().signal,
): Promise<FoundServer[]> {
  const found = await Promise.all(among.map((candidate) => ask(candidate, signal)));
  return found.filter((server) => server !== undefined);
}

/** Whether asking there stays on this machine and needs no encryption. */
function isOurs(origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  return protocol === "http:" && isLoopbackHost(hostname);
}

async function ask({ kind, origin, path, base }: Candidate, signal: AbortSignal): Promise<FoundServer | undefined> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(timeLimitMs)]);
  try {
    const models = modelNames(JSON.parse(await get(origin + path, limited)));
    return models === undefined ? undefined : { kind, baseUrl: origin + base, models };
  } catch (error) {
    // Nobody there, too slow, or something else that speaks no model server's language: nothing was found.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** By `node:http`, not `fetch`: a proxy named in the environment must not learn of what runs on this machine. */
async function get(url: string, signal: AbortSignal): Promise<string> {
  const { request } = await import("node:http");
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { signal, agent: false }, resolve).on("error", reject).end();
  });
  const decoder = new TextDecoder();
  let text = "";
  try {
    if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}`);
    for await (const piece of response) {
      text += decoder.decode(piece, { stream: true });
      if (text.length > maxAnswerUnits) throw new RangeError("The list of models is too long");
    }
  } finally {
    response.destroy();
  }
  return text;
}

/** From Ollama's `{models: [{name}]}` or OpenAI's `{data: [{id}]}`; undefined for anything else. */
function modelNames(body: unknown): string[] | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const rows = "models" in body && !("data" in body) ? body.models : "data" in body ? body.data : undefined;
  if (!Array.isArray(rows)) return undefined;
  return rows.slice(0, maxModels).flatMap((row: unknown) => {
    if (typeof row !== "object" || row === null) return [];
    const name = "id" in row ? row.id : "name" in row ? row.name : undefined;
    return typeof name === "string" && name !== "" && name.length <= 200 ? [name] : [];
  });
}
