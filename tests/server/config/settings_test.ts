import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { stores } from "#stores";
import { models } from "#models";
import { checkFileSystem } from "../../../server/config/configuration.ts";
import type { Facts } from "../../../server/config/facts.ts";
import type { Flags } from "../../../server/config/read_setting.ts";
import { resolvePlace } from "../../../server/config/resolve_place.ts";
import { resolveSettings } from "../../../server/config/resolve_settings.ts";
import { madeFacts } from "./made_facts.ts";

interface Told {
  readonly flags?: Flags;
  readonly env?: Readonly<Record<string, string>>;
  readonly file?: Readonly<Record<string, unknown>>;
  readonly facts?: Partial<Facts>;
}

function resolve({ flags = {}, env = {}, file = {}, facts = {} }: Told) {
  const all = madeFacts({ ...facts, env: { HOME: "/home/ana", ...env } });
  const place = resolvePlace(all, flags);
  const path = join(place.dataFolder, "settings.json");
  const resolved = resolveSettings({
    facts: all,
    place,
    flags,
    file: { path, values: file },
    tables: { stores, models },
  });
  return { ...resolved, messages: resolved.problems.map(({ message }) => message) };
}

const path = "/home/ana/.local/share/whisperengine/settings.json";

Deno.test("a fresh desktop listens on loopback, keeps data in the person's folder, and names no provider", () => {
  const { settings, problems } = resolve({});
  deepStrictEqual(problems, []);
  equal(settings.host, "127.0.0.1");
  equal(settings.port, 8080);
  deepStrictEqual(settings.otherPorts, [8081, 8082, 8083, 8084, 8085, 8086, 8087, 8088, 8089, 8090]);
  equal(settings.dataFolder, "/home/ana/.local/share/whisperengine");
  equal(settings.auth, "none");
  equal(settings.opensBrowser, true);
  deepStrictEqual(settings.providers, []);
});

Deno.test("flags count before the environment, the environment before the file, the file before the profile", () => {
  const flags = { port: "1" };
  const env = { WHISPER_PORT: "2", PORT: "3" };
  const file = { WHISPER_PORT: 4 };
  const seen = [{ flags, env, file }, { env, file }, { env: { PORT: "3" }, file }, { file }, {}].map((told) => {
    const { settings, shown } = resolve(told);
    return [settings.port, settings.otherPorts.length, shown.find(({ name }) => name === "WHISPER_PORT")!.source];
  });
  deepStrictEqual(seen, [
    [1, 0, { kind: "flag", name: "port" }],
    [2, 0, { kind: "environment", name: "WHISPER_PORT" }],
    [3, 0, { kind: "environment", name: "PORT" }],
    [4, 0, { kind: "file", file: path }],
    [8080, 10, { kind: "profile", profile: "desktop" }],
  ]);
});

Deno.test("an empty variable counts as not set, as compose files hand them on", () => {
  const { settings, problems } = resolve({ env: { WHISPER_PORT: "", WHISPER_MODEL: " ", PORT: "9000" } });
  deepStrictEqual(problems, []);
  equal(settings.port, 9000);
  equal(settings.model, null);
});

const wrong: readonly [name: string, told: Told, setting: string, message: RegExp][] = [
  [
    "a port that is no number",
    { env: { PORT: "eighty" } },
    "WHISPER_PORT",
    /^Cannot use WHISPER_PORT "eighty" from the environment \(PORT\): must be a whole number from 0 to 65535$/,
  ],
  ["a port that is too high", { flags: { port: "65536" } }, "WHISPER_PORT", /"65536" from the flag --port/],
  [
    "a wrong type in the file",
    { file: { WHISPER_PORT: { a: 1 } } },
    "WHISPER_PORT",
    /from the settings file .*settings\.json: must be a whole number/,
  ],
  [
    "a profile that does not exist",
    { env: { WHISPER_PROFILE: "nope" } },
    "WHISPER_PROFILE",
    /"nope" .*one of desktop, server, container, kubernetes, web_only/,
  ],
  [
    "a key that is too short",
    { env: { WHISPER_ADMIN_KEY: "hunter2" } },
    "WHISPER_ADMIN_KEY",
    /^Cannot use WHISPER_ADMIN_KEY from the environment .*: must be at least 16/,
  ],
  ["a model without its provider", { env: { WHISPER_MODEL: "gpt-5" } }, "WHISPER_MODEL", /"gpt-5".*"provider\/model"/],
  [
    "a model of an unknown provider",
    { env: { WHISPER_MODEL: "opanai/gpt-5" } },
    "WHISPER_MODEL",
    /no provider "opanai", did you mean "openai"/,
  ],
  [
    "an unknown key in the file",
    { file: { WHISPER_PROT: 1 } },
    "WHISPER_PROT",
    /"WHISPER_PROT" of the settings file .*did you mean "WHISPER_PORT"/,
  ],
  ["a key without its prefix", { file: { model: "a/b" } }, "model", /did you mean "WHISPER_MODEL"/],
  [
    "a place in the file that lies in that place",
    { file: { WHISPER_DATA: "/x" } },
    "WHISPER_DATA",
    /only be set by a flag or in the environment/,
  ],
  [
    "an open server without sign-in",
    { env: { WHISPER_HOST: "0.0.0.0" } },
    "WHISPER_AUTH",
    /Cannot listen on "0.0.0.0".*WHISPER_AUTH=key/,
  ],
  ["sign-in without a key", { env: { WHISPER_AUTH: "key" } }, "WHISPER_ADMIN_KEY", /set WHISPER_ADMIN_KEY/],
  [
    "an origin with a path",
    { env: { WHISPER_CORS_ORIGINS: "https://a.example,https://b.example/x" } },
    "WHISPER_CORS_ORIGINS",
    /origins like/,
  ],
  ["no home", { env: { HOME: "" } }, "WHISPER_DATA", /WHISPER_DATA must be set/],
  [
    "an address that is none",
    { env: { OLLAMA_HOST: "http://a:b@c" } },
    "OLLAMA_HOST",
    /Cannot use OLLAMA_HOST: must be an http/,
  ],
];
for (const [name, told, setting, message] of wrong) {
  Deno.test(`${name} is refused with the setting, its source and what would be right`, () => {
    const found = resolve(told).problems.filter((problem) => problem.isFatal);
    equal(found.length, 1, JSON.stringify(found));
    equal(found[0]!.setting, setting);
    match(found[0]!.message, message);
  });
}

const noticed: readonly [name: string, told: Told, message: RegExp][] = [
  ["a slip in a variable", { env: { WHISPER_MODLE: "a/b" } }, /WHISPER_MODLE.*did you mean "WHISPER_MODEL"/],
  ["Redis", { env: { REDIS_URL: "redis://x" } }, /REDIS_URL.*no driver for Redis/],
  ["a model whose key is missing", { env: { WHISPER_MODEL: "openai/gpt-5" } }, /OPENAI_API_KEY must be set first/],
  [
    "a base URL without its key",
    { env: { OPENAI_BASE_URL: "https://x.example/v1" } },
    /OPENAI_API_KEY must be set too/,
  ],
];
for (const [name, told, message] of noticed) {
  Deno.test(`${name} is said, and nothing is refused`, () => {
    const { problems } = resolve(told);
    deepStrictEqual(problems.map(({ isFatal }) => isFatal), [false]);
    match(problems[0]!.message, message);
  });
}

Deno.test("everything is kept in a file, or in PostgreSQL where its address is set", () => {
  equal(resolve({}).settings.store, "sqlite");
  const { settings, problems, shown } = resolve({ env: { DATABASE_URL: "postgres://u:hidden@h/d" } });
  deepStrictEqual([settings.store, settings.adapterSettings["DATABASE_URL"]], ["postgres", "postgres://u:hidden@h/d"]);
  deepStrictEqual(problems, []);
  ok(!JSON.stringify(shown).includes("hidden"));
});

Deno.test("no secret is shown, neither as a setting nor in a problem", () => {
  const secret = "sk-very/secret@0123456789";
  const told = {
    env: {
      ...{
        OPENAI_API_KEY: secret,
        WHISPER_ADMIN_KEY: `${secret} with a blank`,
        HTTPS_PROXY: `http://ana:${secret}@proxy:3128`,
      },
      ...{ HTTP_PROXY: `ftp://ana:${secret}@proxy`, CUSTOM_BASE_URL: `https://ana:${secret}@models.example` },
      DATABASE_URL: `postgres://ana:${secret}@db/x`,
    },
    file: { providers: [{ name: "Work", api_key: secret, base_url: "https://x.example" }] },
  };
  const { shown, problems, settings } = resolve(told);
  equal(settings.providers.find(({ name }) => name === "openai")!.apiKey, secret);
  equal(problems.length, 5, JSON.stringify(problems));
  ok(!JSON.stringify({ problems, shown }).includes(secret));
});

Deno.test("control characters in a wrong value do not reach the terminal", () => {
  const { messages } = resolve({ env: { WHISPER_LOG: "\u001b[2Jloud" } });
  ok(!messages[0]!.includes("\u001b"));
});

Deno.test("a container listens on every address, asks for a key, and does not wander to another port", () => {
  const { settings, problems } = resolve({ facts: { isContainer: true, isMainProcess: true, hasDisplay: false } });
  deepStrictEqual(problems, []);
  const { host, auth, otherPorts, dataFolder, opensBrowser } = settings;
  deepStrictEqual([host, auth, otherPorts, dataFolder, opensBrowser], ["0.0.0.0", "key", [], "/data", false]);
});

Deno.test("web_only keeps the profile that was found, without bots", () => {
  const { settings } = resolve({ env: { WHISPER_PROFILE: "web_only" } });
  deepStrictEqual([settings.profile, settings.isWebOnly], ["desktop", true]);
});

Deno.test("BROWSER=none forbids the browser", () => {
  equal(resolve({ env: { BROWSER: "none" } }).settings.opensBrowser, false);
});

Deno.test("keys in the environment make providers, and the settings file names more of them", () => {
  const { settings, problems } = resolve({
    env: { OPENAI_API_KEY: "sk-1", OLLAMA_HOST: "0.0.0.0", CUSTOM_BASE_URL: "http://10.0.0.5:8000/v1/" },
    file: {
      providers: [
        { name: "work", base_url: "https://models.example/v1/", api_key: " k " },
        { name: "openai", kind: "openai", api_key: "sk-2" },
      ],
    },
  });
  deepStrictEqual(problems, []);
  deepStrictEqual(settings.providers, [
    { name: "ollama", kind: "ollama", baseUrl: "http://127.0.0.1:11434", apiKey: null },
    { name: "custom", kind: "custom", baseUrl: "http://10.0.0.5:8000/v1", apiKey: null },
    { name: "work", kind: "custom", baseUrl: "https://models.example/v1", apiKey: "k" },
    { name: "openai", kind: "openai", baseUrl: null, apiKey: "sk-2" },
  ]);
});

const badProviders: readonly [name: string, providers: unknown, field: string][] = [
  ["not a list", { name: "x" }, "providers"],
  ["not an object", ["x"], "providers[0]"],
  ["no name", [{ base_url: "http://x" }], "providers[0].name"],
  ["the guide's name", [{ name: "guide", base_url: "http://x" }], "providers[0].name"],
  ["a name with a slash", [{ name: "a/b", base_url: "http://x" }], "providers[0].name"],
  ["a name twice", [{ name: "a", base_url: "http://x" }, { name: "a", base_url: "http://y" }], "providers[1].name"],
  ["an unknown kind", [{ name: "a", kind: "guide" }], "providers[0].kind"],
  ["no address", [{ name: "a" }], "providers[0].base_url"],
  ["an address that is a file", [{ name: "a", base_url: "file:///etc/passwd" }], "providers[0].base_url"],
  ["an empty key", [{ name: "a", base_url: "http://x", api_key: "" }], "providers[0].api_key"],
  ["a misspelt field", [{ name: "a", base_ulr: "http://x" }], "providers[0].base_ulr"],
];
for (const [name, providers, field] of badProviders) {
  Deno.test(`providers with ${name} are refused at the field`, () => {
    deepStrictEqual(resolve({ file: { providers } }).problems.map(({ setting }) => setting), [field]);
  });
}

Deno.test("SQLite on a network file system is refused, on a local one not", () => {
  const folder = { path: "/mnt/nas", exists: true };
  equal(checkFileSystem({ ...folder, fileSystem: "ext4" }, "sqlite").length, 0);
  equal(checkFileSystem({ ...folder, fileSystem: undefined }, "sqlite").length, 0);
  const [problem] = checkFileSystem({ ...folder, fileSystem: "nfs4" }, "sqlite");
  match(problem!.message, /"\/mnt\/nas".*network file system \(nfs4\).*WHISPER_DATA must be/);
  equal(problem!.isFatal, true);
});
