/** What a browser loads for the chat page: the built files as they are served, compressed. */
import { gzipSync } from "node:zlib";
import type { Part } from "../part.ts";

const dist = new URL("../../../ui/dist/", import.meta.url);

/** Reads the API's description on a page of its own. */
const apiReader = "rapidoc";

export const ui: Part = {
  name: "ui",
  async run() {
    const { chat, theme, style } = JSON.parse(await Deno.readTextFile(new URL("manifest.json", dist)));
    const sizeOf = async (name: string) =>
      gzipSync(await Deno.readFile(new URL(name, dist)), { level: 9 }).length / 1000;
    const sum = async (names: readonly string[]) => (await Promise.all(names.map(sizeOf))).reduce((a, b) => a + b, 0);
    const all = [...Deno.readDirSync(dist)].map(({ name }) => name).filter((name) =>
      name.endsWith(".js") && !name.startsWith(apiReader)
    );
    const figure = (name: string, value: number, goal: { atMost: number; stretch?: number }) => ({
      ...{ row: null, name: `ui: ${name}, gzip`, unit: "kB", values: [value], goal },
    });
    return [
      figure("JavaScript of the first load", await sum([chat.script, ...chat.preload, theme]), {
        atMost: 120,
        stretch: 80,
      }),
      figure("all JavaScript of the pages", await sum(all), { atMost: 400 }),
      figure("largest file that is loaded later", Math.max(0, ...await Promise.all(chat.later.map(sizeOf))), {
        atMost: 150,
      }),
      figure("style", await sum([style]), { atMost: 50 }),
    ];
  },
};
