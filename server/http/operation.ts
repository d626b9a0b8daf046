/** One line of API description per route, and queries that are checked by the schema that describes them. */
import { describeRoute, resolver, validator } from "hono-openapi";
import type { MiddlewareHandler } from "hono";
import type { z } from "zod";
import { checkShape } from "./body.ts";
import type { HttpEnv } from "./options.ts";
import { titleOfStatus } from "./problem.ts";
import { problem } from "./schema.ts";

export interface Operation {
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly body?: z.ZodType;
  /** Besides JSON. */
  readonly bodyTypes?: readonly string[];
  /** The answer as JSON. */
  readonly answer?: z.ZodType;
  /** Besides; neither: no content. */
  readonly answerTypes?: readonly string[];
  readonly status?: number;
  readonly errors?: readonly number[];
  readonly headers?: readonly { readonly name: string; readonly about: string }[];
}

export function operation(it: Operation): MiddlewareHandler<HttpEnv> {
  const status = it.status ?? (it.answer || it.answerTypes ? 200 : 204);
  const errors = (it.errors ?? []).map((code) => [
    String(code),
    { description: titleOfStatus(code), content: { "application/problem+json": { schema: resolver(problem) } } },
  ]);
  const answer = {
    ...it.answer ? { "application/json": { schema: resolver(it.answer) } } : {},
    ...Object.fromEntries((it.answerTypes ?? []).map((type) => [type, { schema: { type: "string" as const } }])),
  };
  const { body } = it;
  return describeRoute({
    operationId: it.id,
    tags: [it.tag],
    summary: it.summary,
    ...it.description ? { description: it.description } : {},
    ...it.headers
      ? {
        parameters: it.headers.map(({ name, about }) => ({
          ...{ in: "header", name, description: about },
          schema: { type: "string" as const },
        })),
      }
      : {},
    ...body
      ? {
        requestBody: {
          content: Object.fromEntries(
            ["application/json", ...it.bodyTypes ?? []].map((type) => [type, { schema: resolver(body) }]),
          ),
        },
      }
      : {},
    responses: {
      [status]: { description: "Done", ...status === 204 ? {} : { content: answer } },
      ...Object.fromEntries(errors),
    },
  });
}

/** Checks the query; throws "invalid" naming the parameter. */
export function query<Schema extends z.ZodType>(schema: Schema) {
  return validator("query", schema, (result) => {
    if (!result.success) checkShape(schema, result.data);
  });
}
