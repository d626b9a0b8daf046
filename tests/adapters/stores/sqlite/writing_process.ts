/** A process that writes to a store until it is killed, and says on its output what was acknowledged. */
import { openSqlite } from "../../../../adapters/stores/sqlite/file.ts";

const [file = "", round = "0"] = Deno.args;
const database = await openSqlite(file);
console.log("open");
for (let group = 0;; group++) {
  await Promise.all(Array.from({ length: 8 }, async (_, i) => {
    const id = `${round}-${group}-${i}`;
    await database.transaction(async (sql) => {
      await sql.run`insert into workspaces (id, name, created_at) values (${id}, 'x', now_ms())`;
      await sql.run`insert into people (workspace_id, id, name, created_at) values (${id}, ${id}, 'x', now_ms())`;
    });
    console.log(id);
  }));
}
