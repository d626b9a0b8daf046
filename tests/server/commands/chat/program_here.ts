/** The whole program in this process, with a scripted model server behind it. For tests. */
import { join } from "node:path";
import { models } from "#models";
import { stores } from "#stores";
import { diagnoseConfiguration } from "../../../../server/config/configuration.ts";
import { readFacts } from "../../../../server/config/facts.ts";
import { openLog } from "../../../../server/log.ts";
import { openProgram, type Running } from "../../../../server/start.ts";
import { type ModelServer, openModelServer } from "../../../fakes/model_server.ts";

export interface ProgramHere {
  readonly running: Running;
  readonly modelServer: ModelServer;
  /** The data folder. */
  readonly data: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** `model` as the scripted server names it, such as `sim-tps20`. */
export async function openProgramHere(model: string): Promise<ProgramHere> {
  const folder = await Deno.makeTempDir();
  const data = join(folder, "data");
  const modelServer = await openModelServer({ models: [model, "sim-n7"] });
  const env = { WHISPER_DATA: data, CUSTOM_BASE_URL: modelServer.url, WHISPER_MODEL: `custom/${model}` };
  const program = { version: "0.0.0", tables: { stores, models }, uiDist: new URL(`file://${folder}/no-pages/`) };
  const configuration = await diagnoseConfiguration(program.tables, {}, { ...readFacts(), env });
  const running = await openProgram(
    program,
    configuration,
    openLog({ level: "error", isForPeople: true, secrets: [] }),
  );
  return {
    ...{ running, modelServer, data },
    async [Symbol.asyncDispose]() {
      await running.close(0);
      await modelServer.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
