/** `whisperengine serve`: the server, until it is told to stop. */
import type { Configuration } from "../config/configuration.ts";
import { ChatError } from "../domain/error.ts";
import { type Log, openLog } from "../log.ts";
import { openBrowser } from "../open_browser.ts";
import { openProgram, type Running } from "../start.ts";
import { printLine } from "./print.ts";
import type { Arguments, CommandModule, Program } from "./program.ts";
import { announceServer, findRunningServer, localUrl } from "./running_server.ts";

export const help: CommandModule["help"] = {
  rest: "",
  text: "Serves the chat page, the REST API and the OpenAI-compatible API until Ctrl-C or SIGTERM.",
  maxRest: 0,
};
export const flags: CommandModule["flags"] = [];
export const takesSettings = true;

/** How long answers may go on after the first request to stop. */
const graceMs = 10_000;
/** One Ctrl-C comes twice under `deno task`, from the terminal and from the task: within this time it is the same. */
const sameSignalMs = 500;

export async function run(program: Program, args: Arguments): Promise<number> {
  const configuration = await args.configure();
  const { settings, facts, problems } = configuration;
  const log = openLog({
    level: settings.logLevel,
    isForPeople: settings.logsForPeople,
    secrets: [settings.adminKey, ...settings.providers.map(({ apiKey }) => apiKey)],
  });
  for (const { message } of problems) log.warn("setting", { message });

  const asked = Promise.withResolvers<void>();
  let askedAt: number | undefined;
  function onSignal() {
    const now = performance.now();
    if (askedAt !== undefined && now - askedAt > sameSignalMs) Deno.exit(130);
    askedAt ??= now;
    asked.resolve();
  }
  const signals = Deno.build.os === "windows" ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const;
  for (const name of signals) Deno.addSignalListener(name, onSignal);

  await refuseSecond(settings);
  const running = await openProgram(program, configuration, log);
  const server = await listen(running, configuration).catch(async (error) => {
    await running.close(0);
    throw error;
  });
  const { port } = server.addr;
  const url = localUrl(settings.host, port);
  const announcement = await announceServer(settings.dataFolder, {
    ...{ pid: Deno.pid, url, instance: running.instance, key: settings.adminKey },
    startedAt: new Date().toISOString(),
  });
  greet(configuration, url, log);
  if (settings.opensBrowser) openBrowser(url, facts.os).catch((error) => log.warn("browser", { error }));

  try {
    await Promise.race([asked.promise, running.failed]);
    log.info("stopping");
    return 0;
  } finally {
    const stopped = server.shutdown();
    await running.close(graceMs);
    await stopped;
    await announcement.withdraw();
    log.info("stopped");
  }
}

/** Throws "conflict" with the address of the server that runs on this data folder, so that nobody waits for its lock. */
async function refuseSecond({ dataFolder }: Configuration["settings"]): Promise<void> {
  const other = await findRunningServer(dataFolder);
  if (other === undefined) return;
  throw new ChatError(
    "conflict",
    `Cannot start: WhisperEngine runs already at ${other.url} (process ${other.pid}) on the data folder ` +
      `"${dataFolder}"; open that address, or choose another folder with --data`,
  );
}

/** On the asked port, or the next free one where nobody asked. Throws "unavailable" when none is free. */
async function listen(running: Running, { settings }: Configuration): Promise<Deno.HttpServer<Deno.NetAddr>> {
  const ports = [settings.port, ...settings.otherPorts];
  for (const port of ports) {
    try {
      return Deno.serve(
        { hostname: settings.host, port, onListen: () => {} },
        (request, info) => running.fetch(request, info),
      );
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  const tried = ports.length > 1 ? `ports ${settings.port} to ${ports.at(-1)} are` : `port ${settings.port} is`;
  throw new ChatError(
    "unavailable",
    `Cannot listen on ${settings.host}: ${tried} in use by other programs; choose another one with --port`,
  );
}

function greet({ settings, profileReason }: Configuration, url: string, log: Log): void {
  if (!settings.logsForPeople) return log.info("listening", { url, profile: settings.profile });
  const isMoved = settings.otherPorts.length > 0 && !url.endsWith(`:${settings.port}`);
  printLine("");
  printLine(`  WhisperEngine is ready: ${url}`);
  if (isMoved) printLine(`  Port ${settings.port} was taken.`);
  printLine(`  Your conversations stay in ${settings.dataFolder}`);
  printLine(`  Profile: ${settings.profile} (${profileReason}). Stop with Ctrl-C.`);
  printLine("");
}
