/** Copies of the database made before it is migrated: `{file}.before-{number}.db`, the newest three. */
import { basename, dirname, join } from "node:path";
import { copyDatabase } from "./copy.ts";

const kept = 3;

/** A verified copy of the file as it is before migration `number`. */
export async function keepSnapshot(file: string, number: number): Promise<void> {
  await copyDatabase(file, `${file}.before-${number}.db`);
  for (const old of (await snapshots(file)).slice(kept)) await Deno.remove(old);
}

export async function newestSnapshot(file: string): Promise<string | undefined> {
  return (await snapshots(file))[0];
}

/** By number, the highest first. */
async function snapshots(file: string): Promise<string[]> {
  const numbers: number[] = [];
  for await (const { name } of Deno.readDir(dirname(file))) {
    if (!name.startsWith(`${basename(file)}.before-`)) continue;
    const number = name.slice(basename(file).length).match(/^\.before-(\d+)\.db$/)?.[1];
    if (number) numbers.push(Number(number));
  }
  return numbers.sort((a, b) => b - a).map((number) => join(dirname(file), `${basename(file)}.before-${number}.db`));
}
