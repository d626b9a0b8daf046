/** PostgreSQL keeps the store contract. */
import { storeContract } from "../../../contracts/store_contract.ts";
import { openAt } from "./opened.ts";
import { startPostgres } from "./server.ts";

const server = await startPostgres();
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

storeContract("postgres", async () => await openAt(await server.newDatabase()));
