/** Hears what a relayed answer says of its usage, while it passes by; can leave out the event that says it. */
import { Buffer } from "node:buffer";
import type { Usage } from "../../../server/domain/ledger.ts";
import { fields, list, parseJson } from "./json.ts";
import { decodeUsage } from "./usage.ts";

export interface UsageTap {
  /** What may be passed on now; its buffer is its own. */
  push(bytes: Uint8Array): Uint8Array;
  end(): Uint8Array;
  /** The last that was said. */
  readonly usage: Usage | null;
}

export interface TapOptions {
  readonly reportsCost: boolean;
  /** Leaves out the event without choices, which is only sent because we have asked for it. */
  readonly dropsUsage: boolean;
}

const nothing = new Uint8Array(0);
// Where usage was asked for, every event but one has `"usage":null`.
const saysUsage = /"usage"\s*:\s*\{/;
// An event longer than this is passed on as it comes.
const maxEventBytes = 1024 * 1024;

/**
 * For server-sent events. Works on bytes as Latin-1, in which a position in the text is one in the bytes, whatever
 * they mean; what is looked for is ASCII. Costs a search for each piece, and parses only events that name their usage.
 */
export function openStreamTap({ reportsCost, dropsUsage }: TapOptions): UsageTap {
  let usage: Usage | null = null;
  let carry = "";
  let isBlind = false;

  /** The same events without those to be left out. */
  function heard(events: string): string {
    if (!saysUsage.test(events)) return events;
    return events.split(/(?<=\n\r?\n)/).filter((event) => {
      if (!saysUsage.test(event)) return true;
      const data = event.split(/\r?\n/).filter((line) => line.startsWith("data:")).map((line) => line.slice(5));
      const chunk = parseJson(data.join("\n"));
      const found = decodeUsage(chunk, { reportsCost });
      if (found !== undefined) usage = found;
      const { choices } = fields(chunk);
      return !(dropsUsage && found !== undefined && Array.isArray(choices) && list(choices).length === 0);
    }).join("");
  }

  return {
    push(bytes) {
      if (isBlind) return bytes.slice();
      const known = carry + latin1(bytes);
      const end = Math.max(known.lastIndexOf("\n\n") + 2, known.lastIndexOf("\n\r\n") + 3);
      const events = end < 3 ? "" : known.slice(0, end);
      const kept = heard(events);
      const isWhole = carry === "" && events.length === bytes.length && kept.length === events.length;
      carry = known.slice(events.length);
      if (carry.length > maxEventBytes) {
        isBlind = true;
        const rest = carry;
        carry = "";
        return dropsUsage ? bytesOf(kept + rest) : bytes.slice();
      }
      // What is only listened to goes on at once; what may be left out must be whole first.
      if (!dropsUsage || isWhole) return bytes.slice();
      return kept === "" ? nothing : bytesOf(kept);
    },
    end() {
      const rest = heard(carry);
      carry = "";
      return dropsUsage ? bytesOf(rest) : nothing;
    },
    get usage() {
      return usage;
    },
  };
}

// Answers up to here are read whole; of longer ones (embeddings) the end is looked at, where usage stands.
const maxWholeBytes = 256 * 1024;
const tailBytes = 64 * 1024;

/** For an answer that is one JSON object. */
export function openWholeTap({ reportsCost }: Pick<TapOptions, "reportsCost">): UsageTap {
  let seen = "";
  let isTail = false;
  return {
    push(bytes) {
      seen += latin1(bytes);
      if (seen.length > maxWholeBytes) {
        isTail = true;
        seen = seen.slice(-tailBytes);
      }
      return bytes.slice();
    },
    end: () => nothing,
    get usage() {
      const whole = isTail ? { usage: parseJson(lastUsage(seen) ?? "") } : parseJson(seen);
      return decodeUsage(whole, { reportsCost }) ?? null;
    },
  };
}

function lastUsage(json: string): string | undefined {
  // Its own objects (details) go one level deep.
  return [...json.matchAll(/"usage"\s*:\s*(\{(?:[^{}]|\{[^{}]*\})*\})/g)].at(-1)?.[1];
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
