/** Which model servers answer at their usual ports on this machine. */
import { type IncomingMessage, request } from "node:http";
import type { FoundServer } from "../../../server/domain/model.ts";

const places = [
  { kind: "ollama", baseUrl: "http://127.0.0.1:11434", list: "http://127.0.0.1:11434/api/tags" },
  { kind: "lmstudio", baseUrl: "http://127.0.0.1:1234/v1", list: "http://127.0.0.1:1234/v1/models" },
  { kind: "llamacpp", baseUrl: "http://127.0.0.1:8081/v1", list: "http://127.0.0.1:8081/v1/models" },
] as const;

const limitMs = 300;
const maxAnswerLength = 1_000_000;

/** Asks all at once, at most 300 ms; never throws. */
export async function findServers(signal: AbortSignal): Promise<readonly FoundServer[]> {
  const asked = await Promise.all(places.map(async ({ kind, baseUrl, list }) => {
    const models = await modelsAt(list, signal);
    return models === undefined ? [] : [{ kind, baseUrl, models }];
  }));
  return asked.flat();
}

async function modelsAt(url: string, signal: AbortSignal): Promise<string[] | undefined> {
  try {
    return namesIn(JSON.parse(await get(url, AbortSignal.any([signal, AbortSignal.timeout(limitMs)]))));
  } catch (error) {
    // Nobody there, too slow, or something that is no model server.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** Not by `fetch`, which would ask a proxy that the environment names. */
async function get(url: string, signal: AbortSignal): Promise<string> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { signal, agent: false }, resolve).on("error", reject).end();
  });
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of answer) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > maxAnswerLength) throw new RangeError("The list of models is too long");
  }
  return text;
}

/** Of Ollama's `{models: [{name}]}` or OpenAI's `{data: [{id}]}`. */
function namesIn(answer: unknown): string[] | undefined {
  if (typeof answer !== "object" || answer === null) return undefined;
  const rows = "data" in answer ? answer.data : "models" in answer ? answer.models : undefined;
  if (!Array.isArray(rows)) return undefined;
  return rows.map((row) => row?.id ?? row?.name).filter((name) => typeof name === "string");
}
