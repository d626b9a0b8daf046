/** `deno task bench`: measures the program beside a bare Deno pass-through, prints a table, and says what became worse. */
import { abort } from "./parts/abort.ts";
import { burst } from "./parts/burst.ts";
import { cold } from "./parts/cold.ts";
import { durable } from "./parts/durable.ts";
import { idle } from "./parts/idle.ts";
import { nonstream } from "./parts/nonstream.ts";
import { paced } from "./parts/paced.ts";
import { search } from "./parts/search.ts";
import { storage } from "./parts/storage.ts";
import { turn } from "./parts/turn.ts";
import { ui } from "./parts/ui.ts";
import { compare, readBaseline, saveBaseline } from "./baseline.ts";
import { type Figure, verdictOn } from "./figure.ts";
import { machine } from "./machine.ts";
import { readOptions, usage } from "./options.ts";
import { tableOf } from "./report.ts";
import { openWorld } from "./world.ts";

const parts = [cold, nonstream, burst, paced, idle, abort, durable, turn, storage, search, ui];
const baselineFile = new URL("baseline.json", import.meta.url).pathname;

const options = readOptions(Deno.args);
const unknown = options.parts.find((name) => !parts.some((part) => part.name === name));
if (unknown !== undefined) {
  console.error(`Cannot run part "${unknown}": must be one of ${parts.map(({ name }) => name).join(", ")}\n${usage}`);
  Deno.exit(2);
}

const figures: Figure[] = [];
const failed: string[] = [];
{
  await using world = await openWorld(options);
  for (const part of parts) {
    if (options.parts.length > 0 && !options.parts.includes(part.name)) continue;
    try {
      figures.push(...await part.run(world));
      console.error(`${part.name}: done`);
    } catch (error) {
      // The others are worth knowing all the same.
      console.error(`${part.name}: failed`, error);
      failed.push(part.name);
    }
  }
}

const compared = compare(figures, await readBaseline(baselineFile));
console.log(tableOf(figures, compared));
const at = new Date().toISOString();
await Deno.mkdir(options.out.replace(/[^/]*$/, "") || ".", { recursive: true });
await Deno.writeTextFile(options.out, `${JSON.stringify({ machine: machine(), at, options, figures }, null, 1)}\n`);
if (options.savesBaseline) await saveBaseline(baselineFile, figures, { machine: machine(), at });

const missed = figures.filter((figure) => verdictOn(figure) === "missed").length;
const worse = [...compared.values()].filter(({ isWorse }) => isWorse).length;
console.log(`\n${missed} goals missed, ${worse} figures worse than the baseline; all figures are in ${options.out}`);
if (failed.length > 0) console.log(`Not measured, because they failed: ${failed.join(", ")}`);
Deno.exitCode = failed.length > 0 || (worse > 0 && !options.savesBaseline) ? 1 : 0;
