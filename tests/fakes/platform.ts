/** The client of the fake platform server: what a real adapter's `api.ts` does, in small. */
import type { Certainty, Outcome } from "../../server/domain/delivery.ts";
import type { HistoryPlatform, Inbox, Platform } from "../../server/domain/platform.ts";

export type FakeKind = "nonce" | "history" | "none";
export const fakeKinds: readonly FakeKind[] = ["nonce", "history", "none"];

/** A post of the fake server is made within this of its request, or never. */
export const settleMs = 2500;
const timeoutMs = 700;

export const certainties: Readonly<Record<FakeKind, Certainty>> = {
  nonce: { kind: "nonce", nonceMs: 300_000 },
  history: { kind: "history", settleMs },
  none: { kind: "none" },
};

export function openFakePlatform(kind: FakeKind, url: string): Platform | HistoryPlatform {
  async function send(place: string, { text, nonce }: { text: string; nonce: string }): Promise<Outcome> {
    try {
      const response = await fetch(`${url}/${kind}`, {
        method: "POST",
        // Deno's fetch resends a POST by itself when a reused connection breaks (denoland/deno#32566);
        // a body that can be read only once forbids it.
        body: ReadableStream.from([new TextEncoder().encode(JSON.stringify({ place, text, nonce }))]),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const body = await response.json();
      if (response.ok) return { kind: "sent", ref: body.id };
      if (response.status >= 500) return { kind: "unknown", reason: `status ${response.status}` };
      const retryAfter = Number(response.headers.get("retry-after"));
      const reason = `status ${response.status}`;
      return { kind: "not_sent", reason, ...retryAfter ? { retryAfterMs: Math.ceil(retryAfter * 1000) } : {} };
    } catch (error) {
      return { kind: isRefused(error) ? "not_sent" : "unknown", reason: String(error) };
    }
  }

  const platform: Platform = {
    name: kind,
    certainty: certainties[kind],
    maxTextLength: 160,
    run: (_inbox: Inbox, signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
    render: (markdown) => markdown,
    send,
  };
  if (kind !== "history") return platform;
  return {
    ...platform,
    async find(_place: string, nonce: string) {
      const response = await fetch(`${url}/history?nonce=${nonce}`, { signal: AbortSignal.timeout(timeoutMs) });
      const { id } = await response.json();
      if (!response.ok) throw new Error(`Cannot read the history: status ${response.status}`);
      return id ?? undefined;
    },
  };
}

function isRefused(error: unknown): boolean {
  return String(error instanceof Error ? error.cause ?? error : error).includes("ConnectionRefused") ||
    String(error).includes("tcp connect error");
}
