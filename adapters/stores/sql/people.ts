/** People, and the identities by which platforms know them. */
import { newId } from "../../../server/domain/id.ts";
import type { PeopleStore } from "../../../server/domain/store.ts";
import type { Database, Sql } from "./sql.ts";

export function openPeopleStore(database: Database): PeopleStore {
  return {
    find: async (workspace, identity, name) =>
      await known(database.read, workspace, identity) ??
        await database.transaction((sql) => findPerson(sql, workspace, identity, name)),
  };
}

/** The person behind an identity, made when new. */
export async function findPerson(sql: Sql, workspace: string, identity: string, name: string): Promise<string> {
  const person = newId();
  const isNew = await sql.run`
    insert into identities (workspace_id, identity, person_id)
    values (${workspace}, ${identity}, ${person}) on conflict do nothing`;
  if (!isNew) return (await known(sql, workspace, identity))!;
  await sql.run`
    insert into people (workspace_id, id, name, created_at) values (${workspace}, ${person}, ${name}, now_ms())`;
  return person;
}

async function known(sql: Sql, workspace: string, identity: string): Promise<string | undefined> {
  const row = await sql.get<{ id: string }>`
    select person_id as id from identities where workspace_id = ${workspace} and identity = ${identity}`;
  return row?.id;
}
