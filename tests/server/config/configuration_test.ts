import { deepStrictEqual, equal, match, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { models } from "#models";
import { stores } from "#stores";
import { ensureAdminKey } from "../../../server/config/admin_key.ts";
import { changeSettingsFile } from "../../../server/config/change_setting.ts";
import { diagnoseConfiguration, loadConfiguration } from "../../../server/config/configuration.ts";
import { readFacts } from "../../../server/config/facts.ts";
import { freeBytes, readFolderFacts } from "../../../server/config/folder_facts.ts";
import { settingsFilePath } from "../../../server/config/settings_file.ts";
import { ChatError } from "../../../server/domain/error.ts";
import { madeFacts } from "./made_facts.ts";

const tables = { stores, models };

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function diagnose(folder: string, env: Record<string, string> = {}) {
  return diagnoseConfiguration(tables, { data: folder }, madeFacts({ env }));
}

Deno.test("the facts of this very machine make sense", async () => {
  const facts = readFacts();
  ok(facts.cores > 0 && facts.cores <= navigator.hardwareConcurrency);
  ok(facts.memoryBytes > 1e7 && facts.memoryBytes <= Deno.systemMemoryInfo().total);
  equal(facts.isCompiled, false);
  const folder = await readFolderFacts(join(await Deno.makeTempDir(), "not", "there"));
  equal(folder.exists, false);
  match(folder.path, /not[/\\]there$/);
  ok((await freeBytes(folder.path))! > 0);
  if (Deno.build.os === "linux") ok(folder.fileSystem !== undefined && folder.fileSystem !== "");
});

Deno.test("settings written to the file are read back, and nobody else may read the file", () =>
  withFolder(async (parent) => {
    const folder = join(parent, "made", "when needed");
    await changeSettingsFile(folder, { name: "WHISPER_PORT", text: "9001" }, tables);
    await changeSettingsFile(folder, { name: "OPENAI_API_KEY", text: "sk-1" }, tables);
    const { settings } = await diagnose(folder);
    equal(settings.port, 9001);
    deepStrictEqual(settings.providers.map(({ name }) => name), ["openai"]);
    if (Deno.build.os !== "windows") equal((await Deno.stat(settingsFilePath(folder))).mode! & 0o777, 0o600);
    await changeSettingsFile(folder, { name: "WHISPER_PORT", text: null }, tables);
    equal((await diagnose(folder)).settings.port, 8080);
    deepStrictEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["settings.json"]);
  }));

for (
  const [name, text, message] of [
    ["WHISPER_PROT", "1", /did you mean "WHISPER_PORT"/],
    ["WHISPER_PORT", "x", /Cannot set WHISPER_PORT to "x": must be a whole number/],
    ["WHISPER_ADMIN_KEY", "short", /^Cannot set WHISPER_ADMIN_KEY: must be/],
    ["WHISPER_DATA", "/x", /only be set by a flag/],
    ["WHISPER_PROT", null, /is not known/],
  ] as const
) {
  Deno.test(`${name} cannot be set to ${text} in the file`, () =>
    withFolder(async (folder) => {
      await rejects(changeSettingsFile(folder, { name, text }, tables), { name: "ChatError", message });
      deepStrictEqual([...Deno.readDirSync(folder)], []);
    }));
}

for (
  const [name, text, message] of [
    ["text that is no JSON", `{"OPENAI_API_KEY": "sk-secret-key",,}`, /must be JSON/],
    ["a list", "[]", /must be a JSON object/],
    ["nothing", "", /must be JSON/],
  ] as const
) {
  Deno.test(`a settings file that holds ${name} is refused by its name, without quoting it`, () =>
    withFolder(async (folder) => {
      await Deno.writeTextFile(settingsFilePath(folder), text);
      const { problems } = await diagnose(folder);
      deepStrictEqual(problems.map(({ setting, isFatal }) => [setting, isFatal]), [["settings.json", true]]);
      match(problems[0]!.message, message);
      ok(!problems[0]!.message.includes("sk-secret"));
    }));
}

Deno.test("everything that is wrong is said at once", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(settingsFilePath(folder), `{"WHISPER_PORT": "x", "WHISPER_LOG": "loud"}`);
    await rejects(
      loadConfiguration(tables, { data: folder }),
      (error) => error instanceof ChatError && error.code === "invalid" && error.message.split("\n").length === 2,
    );
  }));

Deno.test("certificates are read from the named file; one that is not there is refused only where it was set on purpose", () =>
  withFolder(async (folder) => {
    const file = join(folder, "ca.pem");
    const gone = await diagnose(folder, { WHISPER_CA_FILE: file });
    deepStrictEqual(gone.problems.map(({ isFatal }) => isFatal), [true]);
    const left = await diagnose(folder, { NODE_EXTRA_CA_CERTS: file });
    deepStrictEqual(left.problems.map(({ isFatal }) => isFatal), [false]);
    const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    await Deno.writeTextFile(file, pem);
    const found = await diagnose(folder, { WHISPER_CA_FILE: file });
    deepStrictEqual(found.problems, []);
    equal(found.settings.network.caCertificates, pem);
  }));

Deno.test("a container's key is made once, kept for this user only, and used again", () =>
  withFolder(async (folder) => {
    const { settings } = await diagnose(folder, { WHISPER_PROFILE: "container" });
    equal(settings.adminKey, null);
    const [first, second] = [await ensureAdminKey(settings), await ensureAdminKey(settings)];
    deepStrictEqual([first.isNew, second.isNew], [true, false]);
    match(first.settings.adminKey!, /^we_[\w-]{43}$/);
    equal(second.settings.adminKey, first.settings.adminKey);
    if (Deno.build.os !== "windows") equal((await Deno.stat(first.file)).mode! & 0o777, 0o600);
    const given = await ensureAdminKey({ ...settings, adminKey: "given-by-the-owner" });
    deepStrictEqual([given.isNew, given.settings.adminKey], [false, "given-by-the-owner"]);
    await Deno.writeTextFile(first.file, "short\n");
    await rejects(ensureAdminKey(settings), { name: "ChatError", message: /Cannot use the admin key in/ });
  }));
