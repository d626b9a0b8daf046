/** Every model provider, and the settings that connect it. */
import type { ModelModule } from "../../server/domain/model.ts";
import type { Table } from "../../server/domain/table.ts";

const openCompatible = () => import("./openai_compatible/open.ts");

export const models: Table<ModelModule> = {
  openai: {
    settings: [
      { name: "OPENAI_API_KEY", required: true, secret: true, about: "Key of an OpenAI account" },
      {
        name: "OPENAI_BASE_URL",
        required: false,
        secret: false,
        about: "Where OpenAI is reached, https://api.openai.com/v1 when not set",
      },
    ],
    load: openCompatible,
  },
  openrouter: {
    settings: [
      { name: "OPENROUTER_API_KEY", required: true, secret: true, about: "Key of an OpenRouter account" },
    ],
    load: openCompatible,
  },
  ollama: {
    settings: [
      {
        name: "OLLAMA_HOST",
        required: true,
        secret: false,
        about: "Where Ollama answers, such as http://127.0.0.1:11434; on this machine it is found by itself",
      },
    ],
    load: openCompatible,
  },
  lmstudio: {
    settings: [
      {
        name: "LMSTUDIO_BASE_URL",
        required: true,
        secret: false,
        about: "Where LM Studio answers, such as http://127.0.0.1:1234/v1; on this machine it is found by itself",
      },
      { name: "LMSTUDIO_API_KEY", required: false, secret: true, about: "Token, where LM Studio asks for one" },
    ],
    load: openCompatible,
  },
  llamacpp: {
    settings: [
      {
        name: "LLAMACPP_BASE_URL",
        required: true,
        secret: false,
        about: "Where llama-server answers, such as http://127.0.0.1:8081/v1; on this machine it is found by itself",
      },
      { name: "LLAMACPP_API_KEY", required: false, secret: true, about: "What llama-server got with --api-key" },
    ],
    load: openCompatible,
  },
  custom: {
    settings: [
      {
        name: "CUSTOM_BASE_URL",
        required: true,
        secret: false,
        about: "Address of any OpenAI-compatible server, such as https://models.example.com/v1",
      },
      { name: "CUSTOM_API_KEY", required: false, secret: true, about: "Key of that server, where it asks for one" },
    ],
    load: openCompatible,
  },
  guide: {
    settings: [],
    load: () => import("./guide/open.ts"),
  },
};
