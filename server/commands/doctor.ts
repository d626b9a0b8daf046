/** `whisperengine doctor`: what was found, what was chosen and why, and for each problem the field at fault and the cure. */
import type { Configuration } from "../config/configuration.ts";
import { candidates, findModelServers } from "../config/find_model_servers.ts";
import { describeSource, type Problem } from "../config/settings.ts";
import type { FoundServer } from "../domain/model.ts";
import { checkData, type DataState } from "./check_data.ts";
import { checkModels, type ProviderFinding } from "./check_models.ts";
import { printLine } from "./print.ts";
import type { Arguments, CommandModule, Program } from "./program.ts";
import { findRunningServer } from "./running_server.ts";

export const help: CommandModule["help"] = {
  rest: "",
  text: "Asks every model provider that is set up what it offers, and reads the whole database once.",
  maxRest: 0,
};
export const flags: CommandModule["flags"] = [{ name: "json", about: "Print JSON" }];
export const takesSettings = true;

interface Report {
  readonly version: string;
  readonly configuration: Configuration;
  readonly data: DataState;
  readonly servers: readonly FoundServer[];
  readonly providers: readonly ProviderFinding[];
  /** Where a server runs on this data folder. */
  readonly running: string | null;
  readonly problems: readonly Problem[];
}

/** 1 when something is broken. */
export async function run(program: Program, args: Arguments): Promise<number> {
  const configuration = await args.diagnose();
  const { settings, facts } = configuration;
  const [data, servers, running] = await Promise.all([
    checkData(program, configuration),
    findModelServers(candidates(facts.env)),
    findRunningServer(settings.dataFolder),
  ]);
  const models = await checkModels(program, settings, servers);
  const report: Report = {
    version: program.version,
    configuration,
    data,
    servers,
    providers: models.providers,
    running: running?.url ?? null,
    problems: [
      ...configuration.problems,
      ...data.problems,
      ...models.problems,
      ...(running === undefined ? checkPort(configuration) : []),
    ],
  };
  printLine(args.flags.json === undefined ? readable(report) : JSON.stringify(wire(report), null, 2));
  return report.problems.some(({ isFatal }) => isFatal) ? 1 : 0;
}

/** Listens for a moment: the only certain way to learn whether somebody else does. */
function checkPort({ settings: { host, port, otherPorts } }: Configuration): Problem[] {
  try {
    Deno.listen({ hostname: host, port }).close();
    return [];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const isTaken = error instanceof Deno.errors.AddrInUse;
    const what = isTaken ? "another program listens there" : error.message.replace(/ \(os error.*$/, "");
    const cure = isTaken && otherPorts.length > 0
      ? `the next free one of ${otherPorts[0]} to ${otherPorts.at(-1)} will be taken`
      : isTaken
      ? "stop it, or choose another WHISPER_PORT"
      : "WHISPER_HOST must be an address of this machine, and WHISPER_PORT one that this user may use";
    const message = `Cannot listen on port ${port} of "${host}": ${what}; ${cure}`;
    return [{
      setting: isTaken ? "WHISPER_PORT" : "WHISPER_HOST",
      message,
      isFatal: !isTaken || otherPorts.length === 0,
    }];
  }
}

function readable({ version, configuration, data, servers, providers, running, problems }: Report): string {
  const { facts, settings, profileReason, shown } = configuration;
  const gib = (bytes: number | null) => bytes === null ? "unknown" : `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const yes = (is: boolean) => is ? "yes" : "no";
  const set = shown.filter(({ value }) => value !== "");
  const width = Math.max(...set.map(({ name }) => name.length)) + 2;
  const many = (models: readonly string[]) =>
    models.length === 0
      ? "no models"
      : models.slice(0, 5).join(", ") + (models.length > 5 ? `, … (${models.length})` : "");
  return [
    `WhisperEngine ${version}, Deno ${facts.denoVersion}${facts.isCompiled ? ", compiled" : ""}`,
    "",
    "Machine",
    `  system      ${facts.os} ${facts.arch}`,
    `  cores       ${Math.round(facts.cores * 100) / 100}`,
    `  memory      ${gib(facts.memoryBytes)}`,
    `  container   ${yes(facts.isContainer)}${facts.isKubernetes ? ", in Kubernetes" : ""}`,
    `  display     ${yes(facts.hasDisplay)}`,
    `  terminal    ${yes(facts.isTerminal)}`,
    "",
    `Profile ${settings.profile}${settings.isWebOnly ? ", web only" : ""} (${profileReason}), tier ${settings.tier}`,
    ...Object.entries(settings.limits).map(([name, value]) => `  ${name.padEnd(20)}${value}`),
    "",
    "Data",
    `  folder      ${data.folder}${data.exists ? "" : " (made at the first start)"}`,
    `  file system ${data.fileSystem ?? "unknown"}`,
    `  free        ${gib(data.freeBytes)}`,
    `  database    ${data.database === "none" ? "none yet" : data.database}`,
    `  server      ${running === null ? "not running" : `running at ${running}`}`,
    "",
    "Settings (those that are not set are left out; `whisperengine config` shows all)",
    ...set.map(({ name, value, source }) => `  ${name.padEnd(width)}${value}  (${describeSource(source)})`),
    "",
    "Model servers on this machine",
    ...(servers.length === 0
      ? ["  none"]
      : servers.map((one) => `  ${one.kind} at ${one.baseUrl}: ${many(one.models)}`)),
    "",
    "Model providers",
    ...(providers.length === 0
      ? ["  none: the guide answers, and says how to connect one"]
      : providers.map((one) =>
        `  ${one.name} (${one.isLocal ? "this machine" : one.host ?? "no host"}): ${one.problem ?? many(one.models)}`
      )),
    "",
    problems.length === 0 ? "No problems" : "Problems",
    ...problems.map(({ setting, message, isFatal }) => `  ${isFatal ? "broken " : "look at"}  ${setting}: ${message}`),
  ].join("\n");
}

function wire({ version, configuration, data, servers, providers, running, problems }: Report): unknown {
  const { facts, settings, profileReason, shown } = configuration;
  // Neither the whole environment nor any key.
  const { env: _, ...machine } = facts;
  return {
    version,
    machine,
    profile: { name: settings.profile, is_web_only: settings.isWebOnly, reason: profileReason },
    tier: settings.tier,
    limits: settings.limits,
    data: { ...data, problems: undefined },
    running,
    settings: shown,
    model_servers: servers,
    providers,
    problems,
  };
}
