/** Links in the documentation lead somewhere. */
import { deepEqual } from "node:assert/strict";
import { root } from "./pages.ts";

Deno.test("every link of the documentation to a file or a heading of ours leads there", async () => {
  const pages = ["README.md", "CHANGELOG.md"];
  for await (const { name } of Deno.readDir(new URL("docs/", root))) {
    if (name.endsWith(".md")) pages.push(`docs/${name}`);
  }
  const broken: string[] = [];
  for (const page of pages) {
    const text = await Deno.readTextFile(new URL(page, root));
    for (const link of linksOf(text)) {
      if (!await leadsSomewhere(page, link)) broken.push(`${page}: ${link}`);
    }
  }
  deepEqual(broken, []);
});

/** Targets of links and pictures, but for those on the web. */
function linksOf(markdown: string): string[] {
  const prose = markdown.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)|\b(?:src|href)="([^"]+)"/g)]
    .map(([, inline, attribute]) => inline ?? attribute ?? "")
    .filter((target) => !/^[a-z]+:/.test(target));
}

async function leadsSomewhere(page: string, link: string): Promise<boolean> {
  const [path = "", heading] = link.split("#");
  const file = path === "" ? new URL(page, root) : new URL(path, new URL(page, root));
  try {
    if (heading === undefined) return (await Deno.stat(file)) !== undefined;
    return headingsOf(await Deno.readTextFile(file)).includes(heading);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** As GitHub names them. */
function headingsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-")
  );
}
