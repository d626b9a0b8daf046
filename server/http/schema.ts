/** The shapes of the REST API: what is checked at the door and what the API description shows are the same. */
import { z } from "zod";
import type {
  WireConversation,
  WireMessage,
  WireModel,
  WireReply,
  WireSearchHit,
  WireTurn,
  WireTurnStart,
} from "../domain/wire.ts";
import type { WireProvider } from "./to_wire.ts";

const modelRef = z.string().max(300).describe("`provider/model`; without it, the conversation's, then the default");
const time = z.iso.datetime().describe("ISO 8601");
const state = z.enum(["queued", "running", "done", "stopped", "failed", "interrupted"]);

export const attachment = z.object({
  name: z.string().min(1).max(255),
  media_type: z.string().regex(/^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/, 'Must be like "image/png"'),
  data: z.base64().describe("The file's bytes, base64"),
});

const message = z.string().max(1_000_000);
const attachments = z.array(attachment).max(10);
const allowOutside = z.boolean().describe("The person's yes: a conversation held on this machine may leave it");
const stream = z.boolean().describe("Answer with server-sent events");

export const editRequest = z.object({
  message,
  attachments: attachments.nullish(),
  model: modelRef.nullish(),
  stream: stream.nullish(),
  allow_outside: allowOutside.nullish(),
  user_id: z.union([z.string().max(200), z.int()]).nullish().describe("Speaks for this user of your own program"),
}).meta({ ref: "EditRequest", examples: [{ message: "Say goodbye in Greek" }] });

export const chatRequest = editRequest.extend({
  conversation_id: z.string().max(100).nullish().describe("Goes on there; without it, a new conversation"),
}).meta({ ref: "ChatRequest", examples: [{ message: "Say hello in Greek", user_id: "developer_123" }] });

export type ChatRequest = z.infer<typeof chatRequest>;

export const turnStart = z.object({
  turn_id: z.string(),
  conversation_id: z.string(),
  message_id: z.string().describe("The answer's"),
}).meta({ ref: "TurnStart" }) satisfies z.ZodType<WireTurnStart>;

const usage = z.object({
  input_tokens: z.int(),
  output_tokens: z.int(),
  cost_usd: z.number().nullable().describe("Null: the price is not known"),
});

export const reply = turnStart.extend({
  reply: z.string(),
  model: z.string().nullable(),
  state,
  notices: z.array(z.string()),
  usage,
}).meta({ ref: "Reply" }) satisfies z.ZodType<WireReply>;

export const againRequest = z.object({
  model: modelRef.nullish(),
  allow_outside: allowOutside.nullish(),
  stream: stream.nullish(),
}).meta({ ref: "AgainRequest" });

export const continueRequest = z.object({ stream: stream.nullish() }).meta({ ref: "ContinueRequest" });

export const turnState = turnStart.extend({ state }).meta({ ref: "TurnState" });

export const turn = z.object({
  id: z.string(),
  conversation_id: z.string(),
  state,
  question_id: z.string(),
  message_id: z.string().nullable(),
  reason: z.string().nullable(),
  notice: z.string().nullable(),
  error_code: z.string().nullable(),
  retryable: z.boolean(),
  created_at: time,
  ended_at: time.nullable(),
  record: z.object({
    model: z.string(),
    route: z.string().describe("Why this model"),
    local: z.boolean(),
    omitted_messages: z.int(),
    summarised: z.boolean(),
    prompt_tokens: z.int(),
    usage: usage.extend({ cached_input_tokens: z.int(), reasoning_tokens: z.int() }).nullable(),
    cost_usd: z.number().nullable(),
    finish_reason: z.string().nullable(),
    notices: z.array(z.string()),
    first_text_ms: z.number().nullable(),
    total_ms: z.number(),
  }).nullable(),
}).meta({ ref: "Turn" }) satisfies z.ZodType<WireTurn>;

export const conversation = z.object({
  id: z.string(),
  title: z.string().nullable(),
  platform: z.string(),
  pinned: z.boolean(),
  archived: z.boolean(),
  model: z.string().nullable(),
  reach: z.enum(["local", "outside"]).nullable(),
  created_at: time,
  updated_at: time,
}).meta({ ref: "Conversation" }) satisfies z.ZodType<WireConversation>;

const next = z.string().nullable().describe("Hand it back as `cursor`; null at the end");

export const conversationPage = z.object({ conversations: z.array(conversation), next });

export const conversationChange = z.object({
  title: z.string().trim().min(1).max(200).optional(),
  pinned: z.boolean().optional(),
  archived: z.boolean().optional(),
  model: modelRef.nullable().optional(),
  allow_outside: allowOutside.optional(),
}).meta({ ref: "ConversationChange" });

export const deleted = z.object({ id: z.string(), restorable_until: time });

export const shownMessage = z.object({
  id: z.string(),
  turn_id: z.string().nullable(),
  role: z.enum(["user", "assistant"]),
  author: z.string().nullable(),
  text: z.string().describe("Of a running or interrupted answer, what was shown so far"),
  reasoning: z.string(),
  state,
  notice: z.string().nullable(),
  error_code: z.string().nullable(),
  retryable: z.boolean(),
  model: z.string().nullable(),
  cost_usd: z.number().nullable(),
  tokens: z.int().nullable().exactOptional(),
  total_ms: z.number().nullable().exactOptional(),
  attachments: z.array(z.object({ name: z.string(), media_type: z.string(), bytes: z.int() })),
  variants: z.array(z.string()),
  created_at: time,
}).meta({ ref: "Message" }) satisfies z.ZodType<WireMessage>;

export const messagePage = z.object({ messages: z.array(shownMessage), next });

export const searchHit = z.object({
  conversation_id: z.string(),
  title: z.string().nullable(),
  message_id: z.string(),
  role: z.enum(["user", "assistant"]),
  excerpt: z.string(),
  highlights: z.array(z.tuple([z.int(), z.int()])).describe("[start, end) in `excerpt`, UTF-16 units"),
  created_at: time,
}).meta({ ref: "SearchHit" }) satisfies z.ZodType<WireSearchHit>;

export const searchPage = z.object({ hits: z.array(searchHit), next });

export const model = z.object({
  id: z.string(),
  name: z.string(),
  local: z.boolean(),
  context_tokens: z.int().nullable(),
  price: z.object({ input: z.number(), output: z.number() }).nullable().describe("Dollars per million tokens"),
}).meta({ ref: "Model" }) satisfies z.ZodType<WireModel>;

export const modelList = z.object({ models: z.array(model), default: z.string().nullable() });

export const provider = z.object({
  name: z.string(),
  local: z.boolean(),
  host: z.string().nullable(),
  problem: z.string().nullable().describe("Null: it answers"),
  models: z.int(),
}).meta({ ref: "Provider" }) satisfies z.ZodType<WireProvider>;

export const providerList = z.object({ providers: z.array(provider) });

export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  request_id: z.string(),
}).meta({ ref: "Problem", description: "RFC 9457" });

const limit = (usual: number) => z.coerce.number().int().min(1).max(200).default(usual);
const cursor = z.string().max(500).optional().describe("`next` of the page before");

export const conversationsQuery = z.object({
  limit: limit(50),
  cursor,
  archived: z.enum(["true", "false"]).default("false"),
});

export const messagesQuery = z.object({
  limit: limit(50),
  cursor,
  from: z.enum(["start", "end"]).default("start").describe("end: the last page first, `next` leads to older ones"),
});

export const exportQuery = z.object({ format: z.enum(["markdown", "json"]).default("markdown") });

export const searchQuery = z.object({ q: z.string().trim().min(1).max(200), limit: limit(20), cursor });

const position = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional();

export const eventsQuery = z.object({
  from: position.describe("UTF-16 position in the answer after which to begin; `Last-Event-ID` comes before it"),
  reasoning: position.describe("The same for the reasoning"),
});

export const signIn = z.object({ key: z.string().min(1).max(1000) }).meta({ ref: "SignIn" });
