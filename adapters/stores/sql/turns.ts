/** The turn store: the whole life of a turn over one database. */
import type { TurnStore } from "../../../server/domain/turn.ts";
import { regenerate } from "./branches.ts";
import { accept } from "./inbox.ts";
import { settleAll } from "./ledger.ts";
import type { Database } from "./sql.ts";
import { append, claim, type ClaimAnswer, claimOldest, enqueue, finish, release, renew } from "./turn_claims.ts";
import { goOn, recover, stop } from "./turn_control.ts";
import { attachments, countOpen, read } from "./turn_read.ts";

export function openTurnStore(database: Database, claimAnswer: ClaimAnswer = claimOldest): TurnStore {
  return {
    accept: (incoming, options) => accept(database, incoming, options),
    regenerate: (viewer, turn, options) => regenerate(database, viewer, turn, options),
    enqueue: (owned, kind, variant) => enqueue(database, owned, kind, variant),
    claim: (options) => claim(database, options, claimAnswer),
    renew: (owned, leaseMs) => renew(database, owned, leaseMs),
    append: (owned, chunk, leaseMs) => append(database, owned, chunk, leaseMs),
    finish: (owned, ending, settlements, policy) => finish(database, owned, ending, settlements, policy),
    release: (owned, options, policy) => release(database, owned, options, policy),
    settle: (owned, settlements) => database.transaction((sql) => settleAll(sql, owned, settlements)),
    stop: (viewer, turn, policy) => stop(database, viewer, turn, policy),
    continue: (viewer, turn) => goOn(database, viewer, turn),
    recover: (options, policy) => recover(database, options, policy),
    read: (viewer, turn, from) => read(database, viewer, turn, from),
    countOpen: () => countOpen(database),
    attachments: (message) => attachments(database, message),
  };
}
