/** What every store and the engine on it promise about turns; each driver's test calls this with its database. */
import { ordersContract } from "./turn_orders_contract.ts";
import { ownersContract } from "./turn_owners_contract.ts";
import { postsContract } from "./turn_posts_contract.ts";
import { readersContract } from "./turn_readers_contract.ts";
import { wishesContract } from "./turn_wishes_contract.ts";
import { moneyContract } from "./turn_money_contract.ts";
import type { OpenDatabase } from "./turns_world.ts";

export function turnsContract(name: string, open: OpenDatabase): void {
  moneyContract(name, open);
  ownersContract(name, open);
  readersContract(name, open);
  ordersContract(name, open);
  wishesContract(name, open);
  postsContract(name, open);
}
