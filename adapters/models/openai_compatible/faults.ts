/** Why a server could not answer, as one sentence that names it and the cure; never with the key in it. */
import { ProviderError, type ProviderFault } from "../../../server/domain/model.ts";
import { fields, parseJson, text } from "./json.ts";
import type { Server } from "./server.ts";

export interface Refusal {
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  /** Its beginning is enough. */
  readonly body: string;
}

/** Of an answer with an error status. */
export function faultOfStatus(server: Server, { status, body, retryAfterMs }: Refusal): ProviderError {
  const { message, words } = said(server, body);
  return fault(server, kindOf(status, words), { status, message, retryAfterMs });
}

/** Of an error told in the middle of a stream, where the status line has long said 200. */
export function faultOfEvent(server: Server, error: unknown): ProviderError {
  const { message, words } = said(server, JSON.stringify({ error }));
  const status = Number(fields(error).code ?? fields(error).status ?? 500);
  return fault(server, kindOf(Number.isInteger(status) && status >= 400 ? status : 500, words), {
    status,
    message,
    retryAfterMs: undefined,
  });
}

/** Of what the network threw before an answer began. */
export function faultOfNetwork(server: Server, error: unknown): ProviderError {
  const { label, address: { host }, preset } = server;
  const code = codeOf(error);
  const unreachable = (sentence: string) => new ProviderError("unreachable", sentence, { cause: error });
  if (isCertificateCode(code)) {
    return unreachable(
      `${label} shows a certificate that this machine does not trust: name a file with its authority in WHISPER_CA_FILE`,
    );
  }
  if (error instanceof Error && /proxy response|http tunnel/i.test(error.message)) {
    return unreachable(
      `The proxy does not let us through to ${label}: check the proxy setting, or add ${host} to NO_PROXY`,
    );
  }
  const isConnecting = fields(error).syscall === "connect" || code.startsWith("UND_ERR_CONNECT");
  // A connection that was lost later has the same codes, when the call may have been taken.
  switch (isConnecting || !/^E(TIMEDOUT|HOSTUNREACH|NETUNREACH)$/.test(code) ? code : "") {
    case "ECONNREFUSED":
      return unreachable(`Nothing answers at ${host}, where ${label} should be: ${preset.startHint}`);
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return unreachable(`The host ${host} of ${label} is not known: check the address and the network connection`);
    case "UND_ERR_CONNECT_TIMEOUT":
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return unreachable(`${label} cannot be reached at ${host}: ${preset.startHint}`);
    default:
      // Sent, perhaps taken and billed: only a person may decide to ask again.
      return new ProviderError("cut_off", `${label} closed the connection before it answered: try again`, {
        cause: error,
      });
  }
}

export function silence(server: Server, fault: "slow_start" | "stalled"): ProviderError {
  const { label, limits } = server;
  return new ProviderError(
    fault,
    fault === "slow_start"
      ? `${label} did not begin to answer within ${inWords(limits.startTimeoutMs)}: try again, or choose another model`
      : `${label} fell silent for ${inWords(limits.stallTimeoutMs)} in the middle of its answer: try again`,
  );
}

export function cutOff(server: Server, cause?: unknown): ProviderError {
  return new ProviderError("cut_off", `${server.label} broke off in the middle of its answer: try again`, { cause });
}

export function malformed(server: Server, what: string): ProviderError {
  return new ProviderError("malformed", `${server.label} sent ${what}: try again, or choose another model`);
}

/** Whether the server has certainly not taken the call, so that sending it again cannot be paid twice. */
export function isNotTaken(error: ProviderError, status: number | undefined): boolean {
  if (status !== undefined) return error.fault === "rate_limited" || status === 503;
  return codeOf(error.cause) === "ECONNREFUSED";
}

/** OpenAI's `retry-after-ms`, or HTTP's seconds or date. */
export function retryAfterMs(headers: Readonly<Record<string, string | string[] | undefined>>): number | undefined {
  const ms = Number(headers["retry-after-ms"] ?? NaN);
  if (ms >= 0) return Math.ceil(ms);
  const value = String(headers["retry-after"] ?? "");
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

function kindOf(status: number, words: string): ProviderFault {
  if (status === 402 || /insufficient_quota|billing_hard_limit|insufficient (credit|balance|funds)/i.test(words)) {
    return "no_credit";
  }
  if (status === 401) return "wrong_key";
  if (
    status === 413 ||
    status < 500 && status !== 429 &&
      /context_length_exceeded|exceed_context_size|(context|maximum) (length|size|window)|prompt is too long/i.test(
        words,
      )
  ) return "context_too_long";
  if (/model_not_found|model\b.{0,80}\b(not found|does not exist|not a valid|invalid)|no such model/is.test(words)) {
    return "unknown_model";
  }
  if (status === 429) return "rate_limited";
  return status >= 500 || status === 408 ? "overloaded" : "refused";
}

function fault(
  { label, preset, address }: Server,
  fault: ProviderFault,
  { status, message, retryAfterMs }: { status: number; message: string; retryAfterMs: number | undefined },
): ProviderError {
  const options = retryAfterMs === undefined ? {} : { retryAfterMs };
  const saying = message === "" ? "" : ` (it says: ${message})`;
  const sentence = () => {
    switch (fault) {
      case "wrong_key":
        return `${label} refused the key: check ${preset.keySetting}`;
      case "no_credit":
        return `${label} says that the account has no credit left: add some there, or choose another model`;
      case "unknown_model":
        return `${label} has no such model: ${
          preset.api === "ollama" ? "fetch it with `ollama pull`, or choose another" : "choose another"
        }${saying}`;
      case "context_too_long":
        return `The conversation is too long for this model of ${label}: choose one with a larger context${saying}`;
      case "rate_limited":
        return retryAfterMs === undefined
          ? `${label} takes no more requests for now: try again in a moment`
          : `${label} takes no more requests for now: try again in ${inWords(retryAfterMs)}`;
      case "overloaded":
        return `${label} has a problem of its own (${status}): try again, or choose another model${saying}`;
      default:
        return status === 404
          ? `${label} knows no such address: check ${preset.urlSetting}, which usually ends in /v1, not ${address.api}`
          : `${label} refused the request (${status})${message === "" ? "" : `: ${message}`}`;
    }
  };
  return new ProviderError(fault, sentence(), options);
}

/** What the server says itself: fit to be shown, and with its codes, to be searched. */
function said(server: Server, body: string): { message: string; words: string } {
  const whole = fields(parseJson(body));
  const error = fields(whole.error);
  // Ollama hands on its runner's error as JSON inside a string.
  const inner = typeof whole.error === "string" ? fields(fields(parseJson(whole.error)).error) : {};
  const message = text(inner.message) ?? text(error.message) ?? text(whole.error) ?? text(whole.message) ??
    text(whole.detail) ?? "";
  const upstream = text(fields(error.metadata).raw) ?? "";
  const words = [message, error.code, error.type, inner.type, upstream].filter((word) => typeof word === "string");
  return { message: shown(message, server.apiKey), words: words.join(" ") };
}

const maxShown = 200;

function shown(message: string, apiKey: string | null): string {
  let line = message.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  if (apiKey !== null && apiKey !== "") line = line.replaceAll(apiKey, "…");
  line = line.replace(/\b(sk|key|Bearer)[-_ ][\w*.-]{4,}/g, "…").replace(/\.+$/, "");
  return line.length <= maxShown ? line : `${line.slice(0, maxShown).toWellFormed()}…`;
}

function codeOf(error: unknown): string {
  const code = fields(error).code ?? fields(error instanceof Error ? error.cause : undefined).code;
  return typeof code === "string" ? code : "";
}

function isCertificateCode(code: string): boolean {
  return /CERT|UNABLE_TO_(VERIFY|GET_ISSUER)|ERR_TLS/.test(code);
}

function inWords(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  if (seconds < 120) return seconds === 1 ? "a second" : `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
