/** One model server as the rest of this folder needs it. */
import type { Address } from "./address.ts";
import type { Connection } from "./connection.ts";
import type { Preset } from "./preset.ts";

export interface Server {
  /** As people are told about it. */
  readonly label: string;
  readonly preset: Preset;
  readonly address: Address;
  readonly apiKey: string | null;
  readonly connection: Connection;
  readonly limits: Limits;
}

/** How long to wait for what; all but one in milliseconds. */
export interface Limits {
  readonly connectTimeoutMs: number;
  /** For the first event of an answer. */
  readonly startTimeoutMs: number;
  /** Between two events. */
  readonly stallTimeoutMs: number;
  /** For an answer that comes in one piece. */
  readonly wholeTimeoutMs: number;
  /** For the list of models. */
  readonly listTimeoutMs: number;
  /** After the first refusal; doubled for the next. */
  readonly retryWaitMs: number;
  /** A server that asks for a longer wait than this is not asked again. */
  readonly maxRetryWaitMs: number;
  readonly maxRetries: number;
}

export const usualLimits: Limits = {
  connectTimeoutMs: 10_000,
  startTimeoutMs: 120_000,
  stallTimeoutMs: 60_000,
  wholeTimeoutMs: 600_000,
  listTimeoutMs: 10_000,
  retryWaitMs: 500,
  maxRetryWaitMs: 10_000,
  maxRetries: 2,
};

export function headersFor(server: Server): Record<string, string> {
  return {
    "content-type": "application/json",
    "user-agent": "WhisperEngine",
    ...(server.apiKey === null ? {} : { authorization: `Bearer ${server.apiKey}` }),
  };
}
