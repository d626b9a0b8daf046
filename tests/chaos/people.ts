/** People who write, send twice, repeat themselves, listen, stop and continue. */
import type { Incoming, Receipt } from "../../server/domain/message.ts";
import { listen } from "./listener.ts";
import { abandoned, conversations, pause, platformOf, type Sent, workspaces, type World } from "./world.ts";

type Event = Omit<Incoming, "attachments">;

/** Starts everyone; resolves when all have gone home, which they do when `writing`, `continuing` and `ending` abort. */
export async function bringPeople(world: World, messageEveryMs: number): Promise<void> {
  const { random, count, violate } = world;
  const jobs: Promise<void>[] = [];

  /** Messages in order, each acknowledged before the next, each replayed later, some handed in twice at once. */
  async function converse(c: number) {
    let conversation: string | null = null;
    for (let k = 1; !world.writing.signal.aborted; k++) {
      const event = eventOf(c, k, conversation);
      const isTwice = random() < 0.2;
      const [receipt, second] = await Promise.all([send(event), isTwice ? send(event) : undefined]);
      if (second && second.turn !== receipt.turn) violate(`two turns for ${event.externalId}`);
      if (receipt.turn === null) throw new Error(`"${event.externalId}" got no turn`);
      const platform = platformOf(c);
      if (platform === "web") conversation = receipt.conversation;
      const { workspace, externalId, text } = event;
      const sent = { ...{ c, k, workspace, externalId, text, platform }, ...receipt, turn: receipt.turn };
      world.sent.push(sent);
      count("messages accepted");
      jobs.push(replay(event, sent));
      if (random() < 0.5) jobs.push(listen(world, sent));
      if (random() < 0.06) jobs.push(stopSoon(sent));
      await pause(messageEveryMs * (0.3 + 1.4 * random()));
    }
  }

  function send(event: Event): Promise<Receipt> {
    return world.call<Receipt>("/event", event);
  }

  async function replay(event: Event, sent: Sent) {
    for (let i = 0; i < 2; i++) {
      await pause(random() * 4000);
      const receipt = await send(event);
      count("replays");
      if (receipt.isNew || receipt.turn !== sent.turn) violate(`a replay of ${event.externalId} made a new turn`);
    }
  }

  async function stopSoon({ workspace, turn }: Sent) {
    await pause(random() * 900);
    await world.call(`/stop?workspace=${workspace}&turn=${turn}`);
    count("stops asked");
  }

  async function continueInterrupted() {
    while (!world.continuing.signal.aborted) {
      await pause(300);
      const rows = await world.query<{ id: string }>(
        "select id from turns where state = 'interrupted' and kind = 'answer'",
      );
      for (const { id } of rows) {
        const sent = world.sent.find(({ turn }) => turn === id);
        if (!sent || abandoned.has(sent.c) || random() < 0.4) continue;
        if (await world.call(`/go_on?workspace=${sent.workspace}&turn=${id}`)) count("continued by a person");
      }
    }
  }

  for (let c = 0; c < conversations; c++) jobs.push(converse(c));
  jobs.push(continueInterrupted());
  // Jobs begin others while they run.
  for (let i = 0; i < jobs.length; i++) {
    await jobs[i]!.catch((error) => {
      if (!world.ending.signal.aborted) violate(`somebody's work failed: ${error}`);
    });
  }
}

function eventOf(c: number, k: number, conversation: string | null): Event {
  const platform = platformOf(c);
  return {
    ...{ platform, conversation },
    workspace: workspaces[c % 5 % workspaces.length]!,
    externalId: `C${c}:${k}`,
    author: { identity: `${platform}:u${c % 7}`, name: `User ${c % 7}`, isBot: false },
    text: `question ${k} of conversation ${c}`,
    addressed: true,
    place: platform === "web" ? null : `${platform}:C${c}`,
    ...{ replaces: null, model: null, allowOutside: false },
  };
}
