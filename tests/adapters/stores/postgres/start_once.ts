/** `start_once.ts URL`: a program that opens the database, says one thing and ends. */
import { open } from "../../../../adapters/stores/postgres/open.ts";
import { ask } from "../../../contracts/chat_on_store.ts";

const store = await open({ values: { DATABASE_URL: Deno.args[0]! }, connections: 2, caCertificates: null });
await ask(store, "hello");
await store.close();
