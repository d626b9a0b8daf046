/** The documentation says what the program does. */
import { deepEqual, equal } from "node:assert/strict";
import { commands } from "../../server/commands/table.ts";
import { allSections, fillPage, madePages, partsOf, root } from "./pages.ts";
import { adaptersRows, examples, ownRows } from "./setting_sections.ts";

Deno.test("the pages on settings and commands are what the program says; `deno task docs` writes them anew", async () => {
  const sections = await allSections();
  for (const path of madePages) {
    const page = await Deno.readTextFile(new URL(path, root));
    equal(page, await fillPage(page, sections), `${path} is out of date`);
  }
});

Deno.test("every setting and every command has its place in the documentation", async () => {
  const pages = await Promise.all(madePages.map((path) => Deno.readTextFile(new URL(path, root))));
  const parts = pages.flatMap(partsOf);
  deepEqual(
    parts.toSorted(),
    [
      ...["own settings", "store settings", "provider settings", "limits", "help"],
      ...Object.keys(commands).map((name) => `help ${name}`),
    ].toSorted(),
  );
});

Deno.test("every setting has an example, and the example is right", () => {
  const rows = [...ownRows, ...adaptersRows];
  deepEqual(Object.keys(examples).toSorted(), rows.map(({ name }) => name).toSorted());
  const wrong = rows.filter((row) => row.parse(examples[row.name] ?? "") === undefined);
  deepEqual(wrong.map(({ name }) => name), []);
});
