/** What was posted: every part of every answer, in order, none twice, and the states say what really happened. */
import { split } from "../../server/chat/split.ts";
import { nonce } from "../../server/domain/delivery.ts";
import type { RestingTurn } from "./final_check.ts";
import type { World } from "./world.ts";

/** As in `tests/fakes/platform.ts`. */
const maxTextLength = 160;

interface Part {
  readonly turn: string;
  readonly part: number;
  readonly number: number;
  readonly platform: string;
  readonly place: string;
  readonly text: string;
  readonly nonce: string;
  readonly state: string;
}

export async function postsCheck(world: World, turns: ReadonlyMap<string, RestingTurn>): Promise<void> {
  const parts = await world.query<Part>(`
    select turn_id as turn, part, turn_number as number, platform, place, text, nonce, state from deliveries
    order by turn_id, part`);
  partsCheck(world, turns, Map.groupBy(parts, ({ turn }) => turn));
  const byNonce = new Map(parts.map((part) => [part.nonce, part]));
  orderCheck(world, byNonce);
  const posts = Map.groupBy(world.platform.posts, (post) => post.nonce);
  for (const part of parts) stateCheck(world, part, posts.get(part.nonce)?.length ?? 0);
}

/** The parts of a turn are its text and its notice as its platform takes them. */
function partsCheck({ violate }: World, turns: ReadonlyMap<string, RestingTurn>, byTurn: ReadonlyMap<string, Part[]>) {
  for (const [id, { place, answer, notice, externalId }] of turns) {
    const whole = answer === null || place === null ? "" : [answer, notice].filter(Boolean).join("\n\n");
    const parts = byTurn.get(id) ?? [];
    const texts = parts.map(({ text }) => text);
    if (JSON.stringify(texts) !== JSON.stringify(split(whole, maxTextLength))) {
      violate(`the parts of ${externalId} are not its answer`);
    }
    if (parts.some((part, i) => part.nonce !== nonce(id, i) || part.part !== i || part.place !== place)) {
      violate(`the parts of ${externalId} are numbered or addressed wrongly`);
    }
  }
}

/** Where a repeat is certain to be dropped, posts come in the order of the conversation. */
function orderCheck({ violate, platform }: World, byNonce: ReadonlyMap<string, Part>) {
  const last = new Map<string, Part>();
  for (const post of platform.posts) {
    const part = byNonce.get(post.nonce);
    if (part?.text !== post.text || part.place !== post.place || part.platform !== post.kind) {
      violate(`a post that nobody made: ${post.nonce}`);
      continue;
    }
    if (post.kind !== "nonce") continue;
    const before = last.get(post.place);
    if (before && (part.number - before.number || part.part - before.part) < 0) {
      violate(`posts out of order in ${post.place}`);
    }
    last.set(post.place, part);
  }
}

function stateCheck({ violate, count, isAlone }: World, { platform, state, nonce }: Part, posts: number) {
  count(`posts on ${platform}: ${state}`);
  if (state === "unknown") count(`unknown on ${platform}, really ${posts === 0 ? "not posted" : "posted"}`);
  if (posts > 1) violate(`posted ${posts} times on ${platform}: ${nonce}`);
  if (state === "sent" && posts !== 1) violate(`sent, but there are ${posts} posts: ${nonce}`);
  if (state === "not_sent" && posts !== 0) violate(`not sent, but posted: ${nonce}`);
  if (state === "pending" || state === "sending") violate(`left ${state}: ${nonce}`);
  // Of a replica that is gone nobody knows whether it is only paused, and so may still post.
  const mayStayUnknown = platform === "none" || platform === "history" && !isAlone && state === "unknown";
  if (!mayStayUnknown && state !== "sent") violate(`on ${platform} it can be known, but is ${state}: ${nonce}`);
}
