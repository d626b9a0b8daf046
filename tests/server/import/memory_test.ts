/** A large export is taken over in little memory. */
import assert from "node:assert/strict";

const megabytes = Deno.env.get("TEST_FULL") ? 2000 : 200;

async function run(...args: string[]): Promise<Record<string, number>> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("import_large.ts", import.meta.url).pathname, ...args],
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test(`an archive of ${megabytes} MB is imported in under 300 MB of memory`, async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { conversations } = await run("write", folder, String(megabytes));
    const took = await run("import", folder);
    assert.ok(took.archiveBytes! > megabytes * 0.9e6, `the archive has only ${took.archiveBytes} bytes`);
    assert.equal(took.imported, conversations);
    assert.ok(took.mostMemoryBytes! < 300e6, `it took ${Math.round(took.mostMemoryBytes! / 1e6)} MB`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
