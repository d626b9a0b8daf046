import { openAt } from "./opened.ts";
import { startPostgres } from "./server.ts";
import postgres from "postgres";
const s = await startPostgres();
const u = await s.newDatabase();
const t0 = performance.now();
const log = (...a: unknown[]) => console.log(Math.round(performance.now() - t0), ...a);
const d = postgres(u.replace(/\?.*/, ""), {
  max: 1,
  idle_timeout: 0,
  max_lifetime: null,
  fetch_types: false,
  onclose() {
    log("onclose");
  },
  connection: { idle_in_transaction_session_timeout: 1000 },
});
await d.unsafe("begin").simple();
log("begun");
await new Promise((r) => setTimeout(r, 2000));
log("select");
await Promise.race([
  d`select 1`.then((x) => log("ok", x), (e) => log("error", e.code, e.message)),
  new Promise((r) => setTimeout(r, 5000)),
]);
log("over");
await Promise.race([d.end({ timeout: 1 }), new Promise((r) => setTimeout(r, 3000))]);
log("ended");
await s[Symbol.asyncDispose]();
Deno.exit(0);
