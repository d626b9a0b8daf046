/** The quiet line under an answer, and behind it how and why the answer came about. */
import { useSignal } from "@preact/signals";
import { Fragment, type JSX } from "preact";
import type { WireMessage, WireTurn, WireTurnRecord } from "../../server/domain/wire.ts";
import type { ChatModel } from "../chat/chat_page_model.ts";
import { modelName } from "../chat/chat_state.ts";
import { ApiError, callJson } from "../net/api.ts";
import { count, dollars, duration } from "../text/format.ts";

export function Why({ model, message }: { model: ChatModel; message: WireMessage }): JSX.Element {
  const { chat } = model;
  const turn = useSignal<WireTurn | null>(null);
  const problem = useSignal<string | null>(null);

  async function read(): Promise<void> {
    if (turn.value || message.turn_id === null) return;
    try {
      turn.value = await callJson<WireTurn>(`/api/turns/${message.turn_id}`);
      problem.value = null;
    } catch (error) {
      if (error instanceof ApiError) problem.value = error.message;
      else if (model.connection.lost(error)) problem.value = "No connection to the server.";
      else throw error;
    }
  }

  const record = turn.value?.record ?? null;
  const tokens = message.tokens ?? (record?.usage ? record.usage.input_tokens + record.usage.output_tokens : null);
  const totalMs = message.total_ms ?? record?.total_ms ?? null;
  return (
    <details class="why" onToggle={({ currentTarget }) => currentTarget.open && void read()}>
      <summary>
        <span class="line">
          {message.model !== null && <span>{modelName(chat.models, message.model)}</span>}
          {tokens !== null && <span>{count(tokens, "token")}</span>}
          {message.model !== null && <span>{costWords(message)}</span>}
          {totalMs !== null && <span>{duration(totalMs)}</span>}
          <span>
            <u>{message.state === "failed" ? "What happened" : "Why"}</u>
          </span>
        </span>
      </summary>
      {turn.value
        ? <Facts turn={turn.value} models={chat.models} />
        : <p class="dimmer">{problem.value ?? "Reading the record of this answer"}</p>}
    </details>
  );
}

function costWords({ cost_usd }: WireMessage): string {
  return cost_usd === null ? "price not known" : dollars(cost_usd);
}

function Facts({ turn, models }: { turn: WireTurn; models: ChatModel["chat"]["models"] }): JSX.Element {
  const facts: [string, string][] = turn.record ? recordFacts(turn.record, models) : [];
  if (turn.reason) facts.push(["Reason", turn.reason]);
  if (turn.notice && turn.notice !== turn.reason) facts.push(["Said", turn.notice]);
  if (facts.length === 0) facts.push(["Record", "There is none yet: it is written when the answer ends."]);
  return (
    <dl>
      {facts.map(([name, value], index) => (
        <Fragment key={index}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

function recordFacts(record: WireTurnRecord, models: ChatModel["chat"]["models"]): [string, string][] {
  const { usage } = record;
  const facts: [string, string][] = [
    ["Model", `${modelName(models, record.model)}${record.local ? ", on this machine" : ""}`],
    ["Route", record.route],
    [
      "Left out",
      record.omitted_messages === 0
        ? "Nothing. The whole conversation fitted."
        : `${count(record.omitted_messages, "earlier message")}${
          record.summarised ? "; a summary of them was sent instead" : ""
        }.`,
    ],
  ];
  if (usage) {
    const cached = usage.cached_input_tokens > 0
      ? ` (${usage.cached_input_tokens.toLocaleString("en-US")} cached)`
      : "";
    const thought = usage.reasoning_tokens > 0 ? ` (${usage.reasoning_tokens.toLocaleString("en-US")} thinking)` : "";
    facts.push([
      "Tokens",
      `${usage.input_tokens.toLocaleString("en-US")} in${cached}, ${
        usage.output_tokens.toLocaleString("en-US")
      } out${thought}`,
    ]);
  }
  facts.push(["Cost", record.cost_usd === null ? "The price of this model is not known." : dollars(record.cost_usd)]);
  const first = record.first_text_ms === null ? "" : `, first words after ${duration(record.first_text_ms)}`;
  facts.push(["Time", `${duration(record.total_ms)}${first}`]);
  if (record.finish_reason && record.finish_reason !== "stop") facts.push(["Ended", record.finish_reason]);
  for (const notice of record.notices) facts.push(["Note", notice]);
  return facts;
}
