/** `deno task docs`: writes the parts of the documentation that the program itself says. */
import { allSections, fillPage, madePages, root } from "./pages.ts";

const sections = await allSections();
for (const path of madePages) {
  const file = new URL(path, root);
  await Deno.writeTextFile(file, await fillPage(await Deno.readTextFile(file), sections));
}
