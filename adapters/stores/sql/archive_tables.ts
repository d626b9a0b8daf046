/** What an archive holds: every table with content, in an order in which rows come after those they point to. */

export type ColumnKind = "text" | "integer" | "bytes";

export interface ArchiveTable {
  readonly name: string;
  /** The columns that order it and tell its rows apart. */
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, ColumnKind>>;
  /** How many rows are held in memory at once. */
  readonly batch: number;
}

export const archiveTables: readonly ArchiveTable[] = [
  table("workspaces", "id", "id name", "created_at"),
  table("people", "id", "workspace_id id name", "created_at"),
  table("identities", "workspace_id identity", "workspace_id identity person_id", ""),
  table(
    "conversations",
    "id",
    "workspace_id id platform person_id title model reach",
    "is_pinned is_archived next_number leaf_number created_at updated_at deleted_at",
  ),
  table("places", "workspace_id place", "workspace_id place conversation_id", ""),
  // By id, which is the order in which they were written: search shows the newest first.
  table(
    "messages",
    "id",
    "workspace_id conversation_id id role person_id author platform external_id text reasoning",
    "number parent_number is_active created_at",
  ),
  {
    ...table("attachments", "message_id position", "workspace_id message_id name media_type text", "position", "bytes"),
    batch: 4,
  },
  table(
    "turns",
    "id",
    "workspace_id id conversation_id kind question_id answer_id person_id platform place model state owner reason " +
      "error_code notice record",
    "variant question_number answer_number number attempt tries lease_until not_before stop_requested shown retryable " +
      "created_at ended_at",
  ),
  table("turn_chunks", "turn_id channel position", "workspace_id turn_id channel text", "position"),
  table(
    "summaries",
    "conversation_id through_number",
    "workspace_id conversation_id text",
    "through_number created_at",
  ),
  table(
    "deliveries",
    "turn_id part",
    "workspace_id turn_id conversation_id platform place text nonce state owner doubt external_ref reason",
    "part turn_number attempt lease_until not_before first_sent_at",
  ),
  table("budgets", "workspace_id", "workspace_id", "limit_micro_usd spent_micro_usd reserved_micro_usd"),
  table(
    "ledger",
    "turn_id attempt call",
    "workspace_id turn_id conversation_id person_id purpose model state owner",
    "attempt call reserved_micro_usd cost_micro_usd input_tokens cached_input_tokens output_tokens reasoning_tokens " +
      "lease_until created_at settled_at",
  ),
];

/** Names apart by spaces. */
function table(name: string, key: string, texts: string, integers: string, bytes = ""): ArchiveTable {
  const columns: Record<string, ColumnKind> = {};
  for (const [kind, names] of [["text", texts], ["integer", integers], ["bytes", bytes]] as const) {
    for (const column of names.split(" ").filter(Boolean)) columns[column] = kind;
  }
  return { name, key: key.split(" "), columns, batch: 200 };
}
