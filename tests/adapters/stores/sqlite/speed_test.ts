/** Large conversations stay quick. */
import assert from "node:assert/strict";
import { openSqlite } from "../../../../adapters/stores/sqlite/file.ts";
import { openSearch } from "../../../../adapters/stores/sqlite/search.ts";
import { openConversationStore } from "../../../../adapters/stores/sql/conversations.ts";
import { newId } from "../../../../server/domain/id.ts";
import { everything } from "../../../contracts/chat_on_store.ts";
import { dataFolder } from "./data_folder.ts";

Deno.test("a conversation of 10,000 messages opens its last 50 in 2 ms, and switches branches without a hitch", async () => {
  await using folder = await dataFolder();
  const database = await openSqlite(folder.file);
  const conversation = newId();
  await database.alone(async (sql) => {
    await sql
      .run`insert into conversations (workspace_id, id, platform, person_id, created_at, updated_at, next_number, leaf_number)
      values ('w', ${conversation}, 'web', 'p', 1, 1, 10001, 10000)`;
    for (let number = 1; number <= 10_000; number++) {
      const [id, before] = [`m${number}`, `m${number - 1}`];
      await sql
        .run`insert into messages (workspace_id, conversation_id, number, id, parent_number, role, platform, external_id, text, created_at)
        values ('w', ${conversation}, ${number}, ${id}, ${number - 1}, ${
        number % 2 ? "user" : "assistant"
      }, 'web', ${id},
          ${`message ${number} about this and that`}, ${number})`;
      if (number % 2 === 1) continue;
      await sql
        .run`insert into turns (workspace_id, id, conversation_id, kind, question_id, question_number, answer_id, answer_number,
          person_id, platform, number, state, created_at)
        values ('w', ${`t${number}`}, ${conversation}, 'answer', ${before}, ${
        number - 1
      }, ${id}, ${number}, 'p', 'web', ${number - 1}, 'done', 1)`;
    }
  });
  const conversations = openConversationStore(database, openSearch(database.read));
  const last = () => conversations.lastMessages(everything, conversation, { limit: 50, cursor: null });
  assert.equal((await last()).items.at(-1)?.text, "message 10000 about this and that");
  assert.ok(await medianMs(50, last) < 2);
  assert.ok(await medianMs(20, () => conversations.path(conversation, 10_000, 50)) < 5);
  assert.ok(await medianMs(20, () => conversations.search(everything, "about mess", { limit: 20, cursor: null })) < 25);
  assert.ok(await medianMs(3, () => conversations.switchTo(everything, "m5001")) < 250);
  await database.close();
});

async function medianMs(times: number, work: () => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    await work();
    taken.push(performance.now() - start);
  }
  return taken.toSorted((a, b) => a - b)[times >> 1]!;
}
