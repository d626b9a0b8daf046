/** What the command line says of a run. */
import { parseArgs } from "node:util";
import type { Form } from "./product.ts";

export interface Options {
  /** Empty: all. */
  readonly parts: readonly string[];
  readonly rounds: number;
  /** Null: each part's own. */
  readonly concurrency: readonly number[] | null;
  /** Of requests, in each round. */
  readonly requests: number;
  /** In the database of the storage part. */
  readonly messages: number;
  readonly form: Form;
  readonly out: string;
  /** Whether this run becomes what later ones are compared with. */
  readonly savesBaseline: boolean;
}

export const usage = `deno task bench [PART…] [--rounds 3] [--concurrency 1,10,100] [--requests 1500]
                [--messages 1000000] [--source] [--out dist/bench.json] [--save-baseline]`;

/** Throws for what is no flag or no number. */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: "string", default: "3" },
      concurrency: { type: "string" },
      requests: { type: "string", default: "1500" },
      messages: { type: "string", default: "1000000" },
      source: { type: "boolean", default: false },
      out: { type: "string", default: "dist/bench.json" },
      "save-baseline": { type: "boolean", default: false },
    },
  });
  return {
    parts: positionals,
    rounds: wholeNumber("rounds", values.rounds),
    concurrency: values.concurrency?.split(",").map((each) => wholeNumber("concurrency", each)) ?? null,
    requests: wholeNumber("requests", values.requests),
    messages: wholeNumber("messages", values.messages),
    form: values.source ? "source" : "bundle",
    out: values.out,
    savesBaseline: values["save-baseline"],
  };
}

function wholeNumber(flag: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`Cannot use --${flag} "${text}": must be a whole number from 1`);
  return Number(text);
}
