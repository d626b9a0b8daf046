/** Makes one claimed answer: choose, fit, reserve, generate, store every piece before it is shown, end. */
import { ChatError, isChatError } from "../domain/error.ts";
import { ProviderError } from "../domain/model.ts";
import type { Store } from "../domain/store.ts";
import type { Claim, Ending, EndPolicy } from "../domain/turn.ts";
import { type Call, openCalls } from "./calls.ts";
import { gather } from "./gather.ts";
import type { Hints } from "./hints.ts";
import { holdLease } from "./lease.ts";
import type { Choice, Models } from "./models.ts";
import { fitPrompt, type FittedPrompt } from "./prompt.ts";
import { recordOf, type Told } from "./turn_record.ts";

export interface AnswerOptions {
  readonly store: Store;
  readonly hints: Hints;
  readonly models: Models;
  readonly policy: EndPolicy;
  readonly leaseMs: number;
  /** What the model is told about itself and the day. */
  readonly system: () => string;
}

/** How often a prompt is made smaller when the provider finds it too long. */
const maxShrinks = 3;

/** Resolves when the turn has ended or was let go; a lost lease is silent, because the turn is another's by then. */
export async function answer(claim: Claim, options: AnswerOptions, shutdown: AbortSignal): Promise<void> {
  const { store, hints, policy } = options;
  const lease = holdLease(claim, options, shutdown);
  const calls = openCalls(store.ledger, claim, "answer");
  const shown = { text: claim.prefix, reasoning: claim.reasoning };
  const told: Told = { finishReason: null, firstTextMs: null, notices: [] };

  async function end(ending: Omit<Ending, "text" | "reasoning" | "record">): Promise<void> {
    const record = await recordOf(claim, told);
    const whole = { ...ending, text: shown.text, reasoning: shown.reasoning, ...record ? { record } : {} };
    await store.turns.finish(claim, whole, calls.settlements(), policy);
    if (shown.text) await afterwards(claim, told.fitted, store);
  }

  /** One model's try. Text that was shown stays, whatever happens then. */
  async function attempt(choice: Choice): Promise<void> {
    for (let share = 1, shrinks = 0;; shrinks++) {
      told.choice = choice;
      told.fitted = await fit(choice, share);
      told.call = await calls.reserve(choice, told.fitted.prompt, told.fitted.tokens);
      try {
        return await speak(told.call);
      } catch (error) {
        const isTooLong = error instanceof ProviderError && error.fault === "context_too_long";
        if (!isTooLong || shrinks === maxShrinks || shown.text !== claim.prefix) throw error;
        share /= 2;
      }
    }
  }

  async function fit(choice: Choice, share: number): Promise<FittedPrompt> {
    const { model, info, provider } = choice;
    return await fitPrompt({
      conversations: store.conversations,
      conversation: claim.conversation,
      question: claim.question.number,
      system: options.system(),
      prefix: claim.prefix,
      isLocal: provider.isLocal,
      ...{ model, info, share },
    });
  }

  async function speak(call: Call): Promise<void> {
    const events = call.events(lease.upstream);
    for await (
      const { channel, text } of gather(events, store.flushMs, (event) => {
        if (event.type === "finish") told.finishReason = event.reason;
      })
    ) {
      if (lease.cause() === "lease_lost") return;
      const chunk = { channel, position: shown[channel].length, text };
      if (await store.turns.append(claim, chunk, options.leaseMs)) lease.cut("stopped");
      hints.tell(claim.turn, chunk);
      shown[channel] += text;
      if (channel === "text") told.firstTextMs ??= Date.now() - claim.acceptedAt;
    }
  }

  async function speakOrFallBack(): Promise<void> {
    const { models } = options;
    const choice = await models.choose(claim.model, claim.reach, lease.upstream);
    if (choice.provider.host !== null) {
      await store.conversations.setReach(claim.conversation, choice.provider.isLocal ? "local" : "outside");
    }
    try {
      await attempt(choice);
    } catch (error) {
      if (!(error instanceof ProviderError) || shown.text !== claim.prefix || lease.cause()) throw error;
      const reach = claim.reach ?? (choice.provider.isLocal && choice.provider.host !== null ? "local" : null);
      const other = await models.fallback(choice, reach, lease.upstream);
      if (!other) throw error;
      told.notices.push(`${error.message}. ${other.ref} answered instead`);
      await attempt(other);
    }
  }

  async function respond() {
    await speakOrFallBack();
    if (lease.cause() === "shutdown") {
      const reason = "The program was stopped while this was written";
      await store.turns.release(claim, { reason, errorCode: "interrupted", settlements: calls.settlements() }, policy);
    } else if (lease.cause() === "lease_lost") {
      await store.turns.settle(claim, calls.settlements());
    } else {
      await end({ state: lease.cause() === "stopped" ? "stopped" : "done" });
    }
  }

  async function endAfter(error: unknown) {
    if (isChatError(error, "lease_lost")) throw error;
    if (isChatError(error, "unavailable")) throw error; // the lease runs out, recovery does the rest
    if (error instanceof ChatError) {
      return await end({
        state: "failed",
        notice: error.message,
        errorCode: error.code,
        retryable: error.code !== "too_large",
      });
    }
    if (!(error instanceof ProviderError)) {
      const settlements = calls.settlements();
      await store.turns.release(claim, {
        reason: "An internal error; the log has it",
        errorCode: "internal",
        settlements,
      }, policy);
      throw error;
    }
    if (!shown.text) {
      return await end({
        state: "failed",
        notice: error.message,
        errorCode: error.fault,
        retryable: error.isRetryable,
      });
    }
    const why = { reason: error.message, errorCode: error.fault };
    await store.turns.release(claim, { ...why, settlements: calls.settlements() }, policy);
  }

  try {
    await respond().catch((error) => {
      lease.cut("failed");
      return endAfter(error);
    });
  } catch (error) {
    if (!isChatError(error, "lease_lost")) throw error;
    // The turn is another's by now; what it has cost is a fact all the same.
    await store.turns.settle(claim, calls.settlements());
  } finally {
    lease.end();
    hints.tell(claim.turn);
    hints.tell("queued"); // the next in this conversation
    hints.tell("posted");
    hints.tell("background");
  }
}

/** What follows an answer, as turns of their own: a title for a new conversation, a summary before room runs out. */
async function afterwards(claim: Claim, fitted: FittedPrompt | undefined, { turns }: Store): Promise<void> {
  if (!claim.isTitled) await turns.enqueue(claim, "title", 0);
  const through = fitted?.summariseThrough;
  if (through) await turns.enqueue(claim, "summary", through);
}
