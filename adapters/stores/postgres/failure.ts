/** What PostgreSQL and the way to it do to us: what may be tried again, and what it means in words. */
import { ChatError } from "../../../server/domain/error.ts";

/**
 * SQLSTATEs (https://www.postgresql.org/docs/18/errcodes-appendix.html) and codes of the driver after which the work
 * may be run again, because every body is repeatable.
 */
const passing: ReadonlySet<string> = new Set([
  ...["40001", "40P01", "55P03"], // serialisation, deadlock, lock not available
  ...["25P03", "57P01", "57P02", "57P03", "57P05"], // ended by a time limit or a shutdown; starting up
  ...["08000", "08003", "08006", "53300"], // connection broken; too many connections
  "25006", // read only: a standby that becomes the first
  ...["CONNECTION_CLOSED", "CONNECTION_ENDED", "CONNECTION_DESTROYED", "CONNECT_TIMEOUT"],
  ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "EAI_AGAIN"],
]);

/** What no repeat can mend, with its cure. */
const cures: Readonly<Record<string, string>> = {
  "28P01": "the password is wrong; check DATABASE_URL",
  "28000": "the server does not let this user in; check DATABASE_URL and the server's pg_hba.conf",
  "3D000": "there is no such database; create it, or name another in DATABASE_URL",
  "42501": "this user may not do that; make it the owner of the database",
  "53100": "the server's disk is full; free some space, nothing that was stored is lost",
  "53200": "the server is out of memory",
  "57014": "the server took too long and the statement was ended",
  "58030": "the server's disk does not answer properly",
  SASL_SIGNATURE_MISMATCH: "the server does not know the password; it may be another one than you think",
};

/** Of certificates, as Node.js and Deno name them. */
const isAboutTls = /certificate|\bTLS\b|\bSSL\b|UnknownIssuer|NotValidForName/i;

/** Thrown when a statement is not answered in time; its connection is not used again. */
export class LateError extends Error {
  readonly code = "ETIMEDOUT";
}

export function isPassing(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && passing.has(code);
}

/** "unavailable" for what the server or the way to it do; anything else (a bug, a broken rule) as it is. */
export function explain(error: unknown, shown: string): unknown {
  if (error instanceof ChatError) return error;
  const problem = problemOf(error);
  return problem === undefined ? error : new ChatError("unavailable", `Cannot use the database ${shown}: ${problem}`, {
    cause: error,
    ...isPassing(error) ? { retryAfterMs: 2000 } : {},
  });
}

function problemOf(error: unknown): string | undefined {
  const code = codeOf(error);
  const cure = code === undefined ? undefined : cures[code];
  if (cure !== undefined) return cure;
  if (code === "25006") return "it is read-only";
  if (code === "53300") return "the server has too many connections; raise its max_connections";
  if (isPassing(error)) return "the server does not answer; check that it runs and can be reached";
  if (error instanceof Error && isAboutTls.test(error.message)) {
    return `the encrypted connection failed (${error.message}); check sslmode and sslrootcert in DATABASE_URL`;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
