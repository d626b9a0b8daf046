/** The end of a turn, inside the transaction that decides it: record, message, deliveries, chunks folded away. */
import { nonce } from "../../../server/domain/delivery.ts";
import type { Channel, Ending, EndPolicy, TurnKind, TurnState } from "../../../server/domain/turn.ts";
import type { Sql } from "./sql.ts";

export interface End {
  readonly turn: string;
  readonly attempt: number;
  readonly from: TurnState;
  readonly ending: Ending;
  readonly policy: EndPolicy;
}

interface EndedRow {
  readonly workspace: string;
  readonly conversation: string;
  readonly kind: TurnKind;
  readonly variant: number;
  readonly number: number;
  readonly answer: string | null;
  readonly platform: string;
  readonly place: string | null;
}

/** False when the turn is no longer in that state and attempt, and nothing was changed; a repeat is true. */
export async function end(sql: Sql, { turn, attempt, from, ending, policy }: End): Promise<boolean> {
  const row = await sql.get<EndedRow>`
    update turns set state = ${ending.state}, owner = null, lease_until = null, ended_at = now_ms(),
      shown = ${ending.text.length}, reason = ${ending.notice ?? null}, notice = ${ending.notice ?? null},
      error_code = ${ending.errorCode ?? null}, retryable = ${ending.retryable ? 1 : 0},
      record = ${ending.record ? JSON.stringify(ending.record) : null}
    where id = ${turn} and attempt = ${attempt} and state = ${from}
    returning workspace_id as workspace, conversation_id as conversation, kind, variant, number, answer_id as answer,
      platform, place`;
  if (!row) {
    const repeated = await sql.get`
      select 1 from turns where id = ${turn} and attempt = ${attempt} and state = ${ending.state}`;
    return repeated !== undefined;
  }
  if (row.answer !== null) await keepAnswer(sql, turn, { ...row, answer: row.answer }, ending, policy);
  else if (ending.state === "done") await keepBackground(sql, row, ending.text);
  return true;
}

async function keepAnswer(
  sql: Sql,
  turn: string,
  row: EndedRow & { readonly answer: string },
  ending: Ending,
  policy: EndPolicy,
): Promise<void> {
  const { workspace, conversation, number, answer, platform, place } = row;
  const reasoning = ending.reasoning ?? await shownSoFar(sql, turn, "reasoning");
  await sql.run`
    update messages set text = ${ending.text}, reasoning = ${reasoning || null} where id = ${answer}`;
  await sql.index(answer, ending.text);
  await sql.run`update conversations set updated_at = now_ms() where id = ${conversation}`;
  if (place !== null) {
    const posted = [ending.text, ending.notice].filter(Boolean).join("\n\n");
    for (const [part, text] of policy.render(platform, posted).entries()) {
      await sql.run`
        insert into deliveries (workspace_id, turn_id, part, conversation_id, turn_number, platform, place, text, nonce, state)
        values (${workspace}, ${turn}, ${part}, ${conversation}, ${number}, ${platform}, ${place}, ${text},
          ${nonce(turn, part)}, 'pending')`;
    }
  }
  await sql.run`delete from turn_chunks where turn_id = ${turn}`;
}

async function keepBackground(
  sql: Sql,
  { workspace, conversation, kind, variant }: EndedRow,
  text: string,
): Promise<void> {
  if (kind === "title") {
    // A person's own title stands.
    await sql.run`update conversations set title = ${text} where id = ${conversation} and title is null`;
  } else {
    // A summary's variant is the number of the last message it covers.
    await sql.run`
      insert into summaries (workspace_id, conversation_id, through_number, text, created_at)
      values (${workspace}, ${conversation}, ${variant}, ${text}, now_ms()) on conflict do nothing`;
  }
}

/** What has been shown of a turn that has not ended. */
export async function shownSoFar(sql: Sql, turn: string, channel: Channel): Promise<string> {
  const chunks = await sql.all<{ text: string }>`
    select text from turn_chunks where turn_id = ${turn} and channel = ${channel} order by position`;
  return chunks.map((chunk) => chunk.text).join("");
}
