/** Errors that may be shown to the person who caused them. Anything else is a bug or an outage. */

/** What went wrong; `server/http/problem.ts` maps each to one HTTP status. */
export type ErrorCode =
  | "conflict"
  | "consent_required"
  | "forbidden"
  | "invalid"
  | "lease_lost"
  | "not_found"
  | "over_budget"
  | "provider_failed"
  | "rate_limited"
  | "too_large"
  | "unauthorized"
  | "unavailable";

export interface ChatErrorOptions extends ErrorOptions {
  /** When it is worth trying again; with `rate_limited` and `unavailable`. */
  readonly retryAfterMs?: number;
}

/**
 * An error whose message may be shown: the attempt, the value in quotes, a colon, what is wrong and
 * what would be right, no full stop. Everything else that is thrown is logged whole and shown as "Internal error".
 */
export class ChatError extends Error {
  override readonly name = "ChatError";
  readonly retryAfterMs: number | undefined;
  constructor(readonly code: ErrorCode, message: string, options: ChatErrorOptions = {}) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** True for a `ChatError` with this code. */
export function isChatError(error: unknown, code: ErrorCode): error is ChatError {
  return error instanceof ChatError && error.code === code;
}
