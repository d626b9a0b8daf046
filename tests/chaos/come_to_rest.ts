/** The end of a run: nobody writes any more, and everything that was accepted must end by itself. */
import { alwaysCheck, tablesCheck } from "./always_check.ts";
import { abandoned, pause, type World } from "./world.ts";

/** How long people may need to come to an end when nothing is killed any more. */
const drainMs = 90_000;

/** Something must be alive meanwhile. */
export async function comeToRest(world: World, people: Promise<void>): Promise<void> {
  world.writing.abort();
  world.platform.calmDown();
  const until = performance.now() + drainMs;
  for (let open = await countOpen(world); open > 0; open = await countOpen(world)) {
    if (performance.now() > until) {
      world.violate(`${open} turns or deliveries are still open`);
      break;
    }
    await pause(200);
  }
  world.continuing.abort();
  // Who still listens has seconds to see the end.
  const late = setTimeout(() => world.ending.abort(), 15_000);
  await people;
  clearTimeout(late);
  await alwaysCheck(world);
  await tablesCheck(world);
}

async function countOpen({ query, sent }: World): Promise<number> {
  const left = new Set(sent.filter(({ c }) => abandoned.has(c)).map(({ turn }) => turn));
  const turns = await query<{ id: string }>("select id from turns where state in ('queued', 'running', 'interrupted')");
  const [parts] = await query<{ n: number }>(
    "select count(*) as n from deliveries where state in ('pending', 'sending')",
  );
  return turns.filter(({ id }) => !left.has(id)).length + parts!.n;
}
