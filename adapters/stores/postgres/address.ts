/** Where a PostgreSQL server is, and how to speak to it, read from one URL. */
import { ChatError } from "../../../server/domain/error.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly tls: Tls;
  /** For messages: without user and password. */
  readonly shown: string;
}

/** "prefer" takes an unencrypted connection where the server has no other; "require" trusts any certificate. */
export type Tls = "off" | "prefer" | "require" | TrustedTls;

export interface TrustedTls {
  /** A file of certificates (PEM) to trust besides the system's; null: only those. */
  readonly rootFile: string | null;
  /** Whether the certificate must name the host. */
  readonly checksHost: boolean;
}

const modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/**
 * `postgres://user:password@host:port/database?sslmode=verify-full&sslrootcert=file`, with the words of libpq
 * (https://www.postgresql.org/docs/18/libpq-ssl.html). Throws `ChatError` "invalid", which never says the password.
 */
export function parseAddress(text: string): Address {
  const url = URL.parse(text);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || url.hostname === "") throw invalid("it is not one");
  const port = url.port === "" ? 5432 : Number(url.port);
  const user = decoded(url.username) || "postgres";
  const database = decoded(url.pathname.slice(1)) || user;
  const strange = [...url.searchParams.keys()].find((name) => name !== "sslmode" && name !== "sslrootcert");
  if (strange !== undefined) {
    throw invalid(`"${strange}" after its question mark is not known; only sslmode and sslrootcert are`);
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    ...{ port, database, user },
    password: decoded(url.password),
    tls: parseTls(url.searchParams.get("sslmode") ?? "prefer", url.searchParams.get("sslrootcert")),
    shown: `postgres://${url.hostname}:${port}/${database}`,
  };
}

function parseTls(mode: string, rootFile: string | null): Tls {
  if (!modes.includes(mode)) throw invalid(`sslmode "${mode}" must be one of ${modes.join(", ")}`);
  if (mode === "disable") return "off";
  if (mode === "allow" || mode === "prefer") return "prefer";
  // As libpq does: who names a certificate wants it checked.
  if (mode === "require" && rootFile === null) return "require";
  return { rootFile, checksHost: mode === "verify-full" };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid("a percent sign in it is not followed by two hexadecimal digits; %25 is the sign itself");
  }
}

function invalid(problem: string): ChatError {
  return new ChatError(
    "invalid",
    `Cannot use DATABASE_URL: ${problem}; it must be like postgres://user:password@host:5432/database`,
  );
}
