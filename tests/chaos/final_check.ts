/** What must be true when all is quiet and the process is stopped. */
import { script } from "../fakes/model_script.ts";
import { historyCheck } from "./history_check.ts";
import { moneyCheck } from "./money_check.ts";
import { postsCheck } from "./posts_check.ts";
import { workspaces, type World } from "./world.ts";

/** An answer's turn as it came to rest. */
export interface RestingTurn {
  readonly id: string;
  readonly workspace: string;
  readonly platform: string;
  readonly place: string | null;
  readonly state: string;
  readonly number: number;
  readonly attempt: number;
  readonly shown: number;
  readonly notice: string | null;
  readonly errorCode: string | null;
  readonly question: string;
  readonly questionNumber: number;
  readonly answerNumber: number;
  readonly externalId: string;
  /** The message's text; null while it has none. */
  readonly answer: string | null;
  readonly pieces: string | null;
}

export async function finalCheck(world: World): Promise<void> {
  const turns = new Map(
    (await world.query<RestingTurn>(`
      select t.id, t.workspace_id as workspace, t.platform, t.place, t.state, t.number, t.attempt, t.shown, t.notice,
        t.error_code as "errorCode", q.text as question, q.number as "questionNumber", a.number as "answerNumber",
        q.external_id as "externalId", a.text as answer, (select string_agg(k.text, '' order by k.position)
          from turn_chunks k where k.turn_id = t.id and k.channel = 'text') as pieces
      from turns t join messages q on q.id = t.question_id join messages a on a.id = t.answer_id
      where t.kind = 'answer'`)).map((turn) => [turn.id, turn]),
  );
  await everyMessageCheck(world, turns);
  for (const turn of turns.values()) answerCheck(world, turn);
  await backgroundCheck(world);
  await historyCheck(world);
  await postsCheck(world, turns);
  await moneyCheck(world);
}

/** Each accepted message is there once, with one turn, in the order of its conversation. */
async function everyMessageCheck({ query, sent, violate }: World, turns: ReadonlyMap<string, RestingTurn>) {
  const [stored] = await query<{ n: number }>("select count(*) as n from messages where role = 'user'");
  if (stored?.n !== sent.length || turns.size !== sent.length) {
    violate(`${sent.length} accepted, ${stored?.n} messages, ${turns.size} turns`);
  }
  const last = new Map<number, { number: number; conversation: string }>();
  for (const { c, k, turn: id, externalId, conversation, text } of sent.toSorted((a, b) => a.k - b.k)) {
    const turn = turns.get(id);
    if (turn?.externalId !== externalId || turn.question !== text) {
      violate(`lost: ${externalId}`);
      continue;
    }
    const before = last.get(c);
    if (before && turn.questionNumber <= before.number) violate(`out of order: ${externalId}`);
    if (before && before.conversation !== conversation) violate(`another conversation: ${c}, message ${k}`);
    if (turn.answerNumber !== turn.questionNumber + 1) violate(`the answer to ${externalId} does not follow it`);
    last.set(c, { number: turn.questionNumber, conversation });
  }
}

function answerCheck({ violate, count }: World, turn: RestingTurn): void {
  const { state, answer, errorCode, externalId, attempt, workspace } = turn;
  const whole = script(turn.question);
  count(`turns ${state}${errorCode === null ? "" : `: ${errorCode}`}`);
  count("attempts", attempt);
  if (state === "done" && answer !== whole) violate(`the answer to ${externalId} is not what the model said`);
  if (["stopped", "failed"].includes(state) && !whole.startsWith(answer ?? "no text")) {
    violate(`the ${state} answer to ${externalId} is no beginning of what the model said`);
  }
  if (state === "interrupted") {
    const shown = turn.pieces ?? "";
    if (!shown || !whole.startsWith(shown) || shown.length !== turn.shown) {
      violate(`interrupted ${externalId} has ${shown.length} characters, shown were ${turn.shown}`);
    }
    if (turn.platform !== "web") violate(`interrupted where nobody can continue: ${externalId}`);
  } else if (turn.pieces !== null) violate(`pieces were left behind: ${externalId}`);
  if (state === "queued" || state === "running") violate(`unanswered: ${externalId} is ${state}`);
  if (state === "failed") {
    const isExplained = errorCode === "over_budget"
      ? workspace === workspaces[0]
      : errorCode === "gave_up" || errorCode === "cut_off" && answer === "";
    if (!isExplained || !turn.notice) violate(`${externalId} failed: ${errorCode}, ${turn.notice}`);
  }
}

interface Background {
  readonly kind: string;
  readonly state: string;
  readonly errorCode: string | null;
  readonly answers: number;
  readonly n: number;
}

/** Titles and summaries have come to rest, and none has taken an answer's place. */
async function backgroundCheck({ query, violate, count }: World): Promise<void> {
  const rows = await query<Background>(`
    select kind, state, error_code as "errorCode", count(answer_id) as answers, count(*) as n from turns
    where kind <> 'answer' group by kind, state, error_code`);
  for (const { kind, state, errorCode, answers, n } of rows) {
    count(`${kind} ${state}`, n);
    // A title is made of the first words when the model fails; it fails only when it was killed too often.
    const isExplained = state === "done" || state === "failed" && (kind === "summary" || errorCode === "gave_up");
    if (answers > 0 || !isExplained) violate(`${n} × ${kind} ${state}: ${errorCode}`);
  }
}
