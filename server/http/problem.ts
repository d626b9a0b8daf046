/** Every error becomes one answer: problem details (RFC 9457), OpenAI's shape under `/v1`. */
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { ChatError, type ErrorCode } from "../domain/error.ts";
import { ProviderError } from "../domain/model.ts";
import type { HttpEnv } from "./options.ts";

/** What is said about an error, before it takes the shape that its reader expects. */
export interface Problem {
  readonly status: number;
  /** Stable, for programs. */
  readonly code: string;
  /** For people. */
  readonly detail: string;
  readonly retryAfterMs?: number | undefined;
  /** Further members of the problem's JSON. */
  readonly more?: Readonly<Record<string, unknown>>;
}

const statusOf: Readonly<Record<ErrorCode, number>> = {
  conflict: 409,
  consent_required: 409,
  forbidden: 403,
  invalid: 400,
  lease_lost: 503,
  not_found: 404,
  over_budget: 402,
  provider_failed: 502,
  rate_limited: 429,
  too_large: 413,
  unauthorized: 401,
  unavailable: 503,
};

const titleOf: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Not signed in",
  402: "Budget used up",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  408: "Request timed out",
  409: "Conflict",
  413: "Too large",
  415: "Unsupported media type",
  422: "Cannot be processed",
  429: "Too many requests",
  500: "Internal error",
  502: "The model provider failed",
  503: "Not available now",
};

/** What a client is told when it is worth trying again and nobody knows when. */
const retryAfterMs = 10_000;

/** An error of ours says what it is; anything else is a bug or an outage and says nothing. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ChatError) {
    const { code, message: detail, retryAfterMs } = error;
    return { status: statusOf[code], code, detail, retryAfterMs };
  }
  if (error instanceof ProviderError) {
    const { fault: code, message: detail, retryAfterMs } = error;
    return { status: statusOfFailure(code), code, detail, retryAfterMs };
  }
  if (error instanceof HTTPException) {
    return { status: error.status, code: "invalid", detail: error.message || titleOf[error.status] || "Refused" };
  }
  return { status: 500, code: "internal", detail: "Internal error" };
}

/** The status for a turn that failed with this code: anything that is not ours is the provider's fault. */
export function statusOfFailure(code: string): number {
  if (code === "interrupted") return 503;
  if (code === "internal") return 500;
  return Object.hasOwn(statusOf, code) ? statusOf[code as ErrorCode] : 502;
}

export function titleOfStatus(status: number): string {
  return titleOf[status] ?? "Error";
}

/** Answers with problem details, or as OpenAI does where its clients call. */
export function answerProblem(c: Context<HttpEnv>, problem: Problem): Response {
  const { status, code, detail } = problem;
  const headers: Record<string, string> = { "cache-control": "no-store" };
  const waitMs = problem.retryAfterMs ?? (status === 429 || status === 503 ? retryAfterMs : undefined);
  if (waitMs !== undefined) headers["retry-after"] = String(Math.max(1, Math.ceil(waitMs / 1000)));
  if (status === 401) headers["www-authenticate"] = 'Bearer realm="WhisperEngine"';
  if (isOpenAi(c)) {
    headers["content-type"] = "application/json";
    return new Response(JSON.stringify({ error: openAiError(problem) }), { status, headers });
  }
  headers["content-type"] = "application/problem+json";
  const body = {
    type: "about:blank",
    title: titleOfStatus(status),
    status,
    detail,
    code,
    request_id: c.get("requestId"),
    ...problem.more,
  };
  return new Response(JSON.stringify(body), { status, headers });
}

/** As OpenAI's API says it. */
export function openAiError(problem: Problem) {
  return { message: problem.detail, type: openAiType(problem.status), param: null, code: openAiCode(problem) };
}

function isOpenAi(c: Context<HttpEnv>): boolean {
  return c.req.path === "/v1" || c.req.path.startsWith("/v1/");
}

/** Words of OpenAI's error reference: platform.openai.com/docs/guides/error-codes. */
function openAiType(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 402) return "insufficient_quota";
  if (status === 429) return "rate_limit_error";
  return status < 500 ? "invalid_request_error" : "api_error";
}

function openAiCode({ status, code }: Problem): string {
  if (status === 401) return "invalid_api_key";
  if (status === 402) return "insufficient_quota";
  return code === "rate_limited" ? "rate_limit_exceeded" : code;
}
