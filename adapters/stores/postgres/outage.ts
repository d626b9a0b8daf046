/** Whether the server has been up for long enough that everyone alive has renewed what they own. */
import type { RecoverOptions } from "../../../server/domain/turn.ts";
import type { Database } from "../sql/sql.ts";

/** False for one lease after the server's start: until then a lease that ran out proves nothing about its owner. */
export async function hasSettled(database: Database, { leaseMs = 0 }: RecoverOptions): Promise<boolean> {
  const row = await database.read.get<{ upMs: number }>`
    select now_ms() - (extract(epoch from pg_postmaster_start_time()) * 1000)::bigint as "upMs"`;
  return row !== undefined && row.upMs >= leaseMs;
}
