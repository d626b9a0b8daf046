/** What the program tells its operator: one JSON line per event, or readable lines on a terminal. Never a secret. */
import type { LogLevel } from "./config/settings.ts";

export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  /** `event` is a stable name in snake_case. */
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** The same log, with these fields on every line: a `requestId`, say. */
  with(fields: LogFields): Log;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** Readable lines instead of JSON. */
  readonly isForPeople: boolean;
  /** Values that are hidden wherever they turn up. */
  readonly secrets: readonly (string | null)[];
  /** Takes one line with its end. Default: standard error. */
  readonly write?: (line: string) => void;
  readonly now?: () => Date;
}

const order: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };
const maxTextUnits = 4000;
const maxParts = 50;
const maxDepth = 5;
const hidden = "(secret)";

/** Names of what must not be shown. Counts of tokens are no secret. */
const secretName =
  /(api[-_]?key|admin[-_]?key|^key|password|passphrase|secret|authorization|cookie|credential|token)$/i;

export function openLog(options: LogOptions): Log {
  const { level, isForPeople, write = writeToStandardError, now = () => new Date() } = options;
  // Short ones would hide half of every line, and are no secrets worth the name.
  const secrets = options.secrets.filter((secret) => secret !== null && secret.length >= 8) as string[];
  const tidy = openTidy(secrets);

  function open(common: LogFields): Log {
    const at = (lineLevel: LogLevel) => (event: string, fields: LogFields = {}) => {
      if (order[lineLevel] < order[level]) return;
      const parts = tidy({ ...common, ...fields }) as Record<string, unknown>;
      const time = now().toISOString();
      write(isForPeople ? readable(time, lineLevel, event, parts) : json({ time, level: lineLevel, event, ...parts }));
    };
    return {
      debug: at("debug"),
      info: at("info"),
      warn: at("warn"),
      error: at("error"),
      with: (fields) => open({ ...common, ...fields }),
    };
  }
  return open({});
}

/** Makes any value one that may be written: bounded, without secrets, errors with their causes. */
function openTidy(secrets: readonly string[]): (value: unknown) => unknown {
  function tidyText(text: string): string {
    let plain = text.length > maxTextUnits ? `${text.slice(0, maxTextUnits)}… (${text.length} characters)` : text;
    for (const secret of secrets) plain = plain.replaceAll(secret, hidden);
    return plain.replace(/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${hidden}`);
  }
  function tidy(value: unknown, depth: number): unknown {
    if (typeof value === "string") return tidyText(value);
    if (typeof value === "bigint") return String(value);
    if (typeof value !== "object" || value === null) return typeof value === "function" ? "(function)" : value;
    if (depth >= maxDepth) return "…";
    if (value instanceof Error) {
      const { name, message, stack, cause } = value;
      const code = "code" in value ? value.code : undefined;
      // Only places: the message stands at the beginning of a stack too, and may have lines of its own.
      const places = stack?.split("\n").filter((line) => /^ +at /.test(line)).slice(0, 12).join("\n");
      return tidy({ name, message, code, stack: places, cause }, depth);
    }
    if (value instanceof Uint8Array) return `(${value.length} bytes)`;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? "(no date)" : value.toISOString();
    if (Array.isArray(value)) return value.slice(0, maxParts).map((part) => tidy(part, depth + 1));
    const entries = Object.entries(value).filter(([, part]) => part !== undefined).slice(0, maxParts);
    return Object.fromEntries(
      entries.map(([name, part]) => {
        const isHidden = secretName.test(name) && part !== null && part !== "" && typeof part !== "number";
        return [tidyText(name), isHidden ? hidden : tidy(part, depth + 1)];
      }),
    );
  }
  return (value) => tidy(value, 0);
}

function json(line: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(line)}\n`;
}

/** `12:34:56 warn  event name=value …`; an error's stack on lines of its own. */
function readable(time: string, level: LogLevel, event: string, fields: Readonly<Record<string, unknown>>): string {
  const { error, ...rest } = fields;
  const parts = Object.entries(rest).map(([name, value]) =>
    ` ${name}=${typeof value === "string" && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)}`
  );
  const head = harmless(`${time.slice(11, 19)} ${level.padEnd(5)} ${event}${parts.join("")}`);
  return `${head}${error === undefined ? "" : describeError(error)}\n`;
}

function describeError(error: unknown): string {
  if (typeof error !== "object" || error === null || !("message" in error)) return ` error=${JSON.stringify(error)}`;
  const { message } = error;
  const stack = "stack" in error && typeof error.stack === "string" ? `\n${error.stack}` : "";
  const cause = "cause" in error && error.cause ? `\n    because:${describeError(error.cause)}` : "";
  return ` ${harmless(String(message))}${stack.split("\n").map(harmless).join("\n")}${cause}`;
}

/** Control characters from outside must not steer the terminal or forge a line. */
function harmless(text: string): string {
  return text.replace(/\p{Cc}/gu, " ");
}

/** A reader that has gone away is no reason to stop the program. */
function writeToStandardError(line: string): void {
  let rest = new TextEncoder().encode(line);
  try {
    while (rest.length > 0) rest = rest.subarray(Deno.stderr.writeSync(rest));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}
