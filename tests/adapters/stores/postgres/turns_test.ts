/** PostgreSQL keeps the contract of turns. */
import { turnsContract } from "../../../contracts/turns_contract.ts";
import { openAt } from "./opened.ts";
import { startPostgres } from "./server.ts";

const server = await startPostgres();
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

turnsContract("postgres", async () => await openAt(await server.newDatabase()));
