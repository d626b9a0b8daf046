/** The PostgreSQL store: one database, any number of processes. Its backups are `pg_dump`'s business. */
import { checkServerIdentity, rootCertificates } from "node:tls";
import type { SharedStore } from "../../../server/domain/bus.ts";
import { ChatError } from "../../../server/domain/error.ts";
import type { ArchivableStore, StoreSettings } from "../../../server/domain/store.ts";
import { exportRows } from "../sql/archive.ts";
import { openConversationStore } from "../sql/conversations.ts";
import { openDeliveryStore } from "../sql/deliveries.ts";
import { openLedgerStore } from "../sql/ledger.ts";
import { openPeopleStore } from "../sql/people.ts";
import { openTurnStore } from "../sql/turns.ts";
import { type Address, parseAddress } from "./address.ts";
import { append } from "./append.ts";
import { openBus } from "./bus.ts";
import { claimFairly } from "./claim_fairly.ts";
import { connect, type ConnectOptions } from "./connection.ts";
import { openDatabase, type PostgresDatabase } from "./database.ts";
import { explain } from "./failure.ts";
import { importRows } from "./import_rows.ts";
import { migrate } from "./migrate.ts";
import { hasSettled } from "./outage.ts";
import { openSearch } from "./search.ts";

/** How long a request waits for a server that restarts. */
const patienceMs = 15_000;

/** Throws `ChatError` "unavailable" when the database cannot be used, "invalid" for an address that cannot be read. */
export async function open(
  { values, connections, caCertificates }: Omit<StoreSettings, "file">,
): Promise<SharedStore & ArchivableStore> {
  const address = parseAddress(values["DATABASE_URL"] ?? "");
  const tls = await openTls(address, caCertificates);
  const database = await openMigrated(address, { tls, connections, patienceMs });
  return storeOver(database, address, (events) => connect({ address, tls, ...events }));
}

/** Null when the server answers and lets us in, else one sentence. Writes nothing. */
export async function checkServer(
  { values, caCertificates }: Pick<StoreSettings, "values" | "caCertificates">,
): Promise<string | null> {
  try {
    const address = parseAddress(values["DATABASE_URL"] ?? "");
    const connection = connect({ address, tls: await openTls(address, caCertificates) });
    try {
      await connection.sql.get`select 1`;
    } catch (error) {
      throw explain(error, address.shown);
    } finally {
      await connection.close();
    }
    return null;
  } catch (error) {
    if (error instanceof ChatError) return error.message;
    throw error;
  }
}

/** Waits for a server that is starting, tells of one that will never let us in, and brings the schema up to date. */
export async function openMigrated(
  address: Address,
  { tls, connections, patienceMs }: { tls: ConnectOptions["tls"]; connections: number; patienceMs: number },
): Promise<PostgresDatabase> {
  const { shown } = address;
  const database = openDatabase(() => connect({ address, tls }), { connections, patienceMs, shown });
  try {
    await database.read.get`select 1`;
    await migrate(database, shown);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** `listen` makes the connections that hear of notifications. */
export function storeOver(
  database: PostgresDatabase,
  { shown }: Address,
  listen: Parameters<typeof openBus>[1],
): SharedStore & ArchivableStore {
  const turns = openTurnStore(database, claimFairly);
  const deliveries = openDeliveryStore(database);
  const ledger = openLedgerStore(database);
  const bus = openBus(database.read, listen);
  return {
    turns: {
      ...turns,
      append: (claim, chunk, leaseMs) => append(database, claim, chunk, leaseMs),
      recover: async (options, policy) =>
        await hasSettled(database, options) ? await turns.recover(options, policy) : [],
    },
    deliveries: {
      ...deliveries,
      recover: async (options) => await hasSettled(database, options) ? await deliveries.recover(options) : 0,
    },
    conversations: openConversationStore(database, openSearch(database.read)),
    people: openPeopleStore(database),
    ledger: {
      ...ledger,
      expireFree: async (options) => await hasSettled(database, options) ? await ledger.expireFree(options) : 0,
    },
    ...{ bus, isAlone: false, flushMs: 100 },
    async ping() {
      await database.read.get`select count(*) from migrations`;
    },
    exportRows: () => exportRows(database.snapshot),
    importRows: (rows) => importRows(database, rows, shown),
    async close() {
      await bus.close();
      await database.close();
    },
  };
}

async function openTls({ tls, host }: Address, caCertificates: string | null): Promise<ConnectOptions["tls"]> {
  if (tls === "off") return false;
  if (typeof tls === "string") return tls;
  const ca = tls.rootFile === null ? [...rootCertificates, caCertificates ?? ""] : [await readRoot(tls.rootFile)];
  return {
    ca: ca.filter(Boolean),
    rejectUnauthorized: true,
    // The driver names no host when it is a number.
    checkServerIdentity: (_name, certificate) => tls.checksHost ? checkServerIdentity(host, certificate) : undefined,
  };
}

async function readRoot(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ChatError("invalid", `Cannot read sslrootcert "${file}" of DATABASE_URL: ${reason}`, { cause: error });
  }
}
