/** What a store is opened with. Pure. */
import type { StoreSettings } from "../domain/store.ts";
import type { Settings } from "./settings.ts";

export function storeSettings({ databaseFile, adapterSettings, limits, network }: Settings): StoreSettings {
  return {
    file: databaseFile,
    values: adapterSettings,
    connections: limits.databaseConnections,
    caCertificates: network.caCertificates,
  };
}
