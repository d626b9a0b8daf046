/** Pages of documentation with parts that the program itself says: `<!-- from the program: NAME -->` to `<!-- end -->`. */
import { helpSections } from "./help_sections.ts";
import { settingSections } from "./setting_sections.ts";

export const root = new URL("../../", import.meta.url);

export const madePages = ["docs/configuration.md", "docs/command_line.md"];

export async function allSections(): Promise<Readonly<Record<string, string>>> {
  return { ...settingSections(), ...await helpSections() };
}

/** The page with every such part written anew, formatted. Throws for a part that there is not. */
export async function fillPage(page: string, sections: Readonly<Record<string, string>>): Promise<string> {
  const filled = page.replace(
    /(<!-- from the program: ([^>]+?) -->\n)[\s\S]*?(\n<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => {
      const section = sections[name];
      if (section === undefined) throw new Error(`there is no part "${name}"`);
      return `${begin}\n${section}\n${end}`;
    },
  );
  return await format(filled);
}

/** The names of the parts that a page has. */
export function partsOf(page: string): string[] {
  return [...page.matchAll(/<!-- from the program: ([^>]+?) -->/g)].map(([, name = ""]) => name);
}

async function format(markdown: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "md", "-"],
    cwd: root,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  await new Blob([markdown]).stream().pipeTo(child.stdin);
  const { success, stdout } = await child.output();
  if (!success) throw new Error("deno fmt failed");
  return new TextDecoder().decode(stdout);
}
