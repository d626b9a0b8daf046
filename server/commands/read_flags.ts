/** Reads a command line against the flags that a command takes. Pure. */
import { parseArgs } from "node:util";
import { suggestion } from "../config/did_you_mean.ts";
import { ChatError } from "../domain/error.ts";
import type { Flag } from "./program.ts";

export interface ReadFlags {
  readonly flags: Readonly<Record<string, string | true>>;
  readonly rest: readonly string[];
}

/**
 * `--name VALUE`, `--name=VALUE`, `-n VALUE`; everything after `--` is no flag. The last of repeated flags counts.
 * Throws `ChatError` "invalid" for an unknown flag, with what was probably meant, and for a missing or needless value.
 */
export function readFlags(words: readonly string[], known: readonly Flag[]): ReadFlags {
  const options = Object.fromEntries(known.map(({ name, short, value }) => [
    name,
    { type: value === undefined ? "boolean" as const : "string" as const, ...(short === undefined ? {} : { short }) },
  ]));
  const { tokens } = parseArgs({ args: [...words], options, strict: false, allowPositionals: true, tokens: true });
  const flags: Record<string, string | true> = {};
  const rest: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") rest.push(token.value);
    if (token.kind !== "option") continue;
    const flag = known.find(({ name }) => name === token.name);
    if (flag === undefined) {
      const names = known.map(({ name }) => name);
      const meant = suggestion(token.name, names).replace(/"(.*)"/, `"--$1"`);
      throw new ChatError("invalid", `Cannot use "${token.rawName}": there is no such flag${meant}`);
    }
    if (flag.value === undefined && token.value !== undefined) {
      throw new ChatError("invalid", `Cannot use "${token.rawName}=…": --${flag.name} takes no value`);
    }
    if (flag.value !== undefined && (token.value === undefined || looksLikeFlag(token.value, token.inlineValue))) {
      throw new ChatError("invalid", `Cannot use "${token.rawName}": it must be followed by ${flag.value}`);
    }
    flags[flag.name] = token.value ?? true;
  }
  return { flags, rest };
}

/** `--port --host x` is a value forgotten; a value that begins with a dash is given as `--name=-value`. */
function looksLikeFlag(value: string, isInline: boolean | undefined): boolean {
  return !isInline && value.startsWith("-") && value.length > 1;
}
