/** The empty page: a greeting, the composer, and where the person left off. */
import type { ComponentChildren, JSX } from "preact";
import type { ChatModel } from "../chat/chat_page_model.ts";
import { modelName, newest, nextModel } from "../chat/chat_state.ts";
import { dayName, greeting, timeOfDay } from "../text/format.ts";
import { Mark, PlaceMark } from "./icons.tsx";

export function Hello({ model, children }: { model: ChatModel; children: ComponentChildren }): JSX.Element {
  const { chat } = model;
  const clock = chat.clock.value;
  const recent = newest(chat.conversations.value, 3);
  return (
    <div class="hello" tabIndex={0} role="region" aria-label="New conversation">
      <div>
        <Mark class="wm" />
        <h1>{greeting(clock)}.</h1>
        <p class="lead">{leadWords(model)}</p>
        <div class="dock">{children}</div>
        {recent.length > 0 && (
          <section class="resume" aria-labelledby="left-off">
            <h2 id="left-off">Where you left off</h2>
            <ul>
              {recent.map((conversation) => {
                const day = dayName(conversation.updated_at, clock);
                return (
                  <li key={conversation.id}>
                    <a href={`/c/${conversation.id}`}>
                      <PlaceMark platform={conversation.platform} />
                      <span class="t">
                        <b>{conversation.title ?? "New conversation"}</b>
                      </span>
                      <small>{day === "Today" ? timeOfDay(conversation.updated_at, clock) : day}</small>
                    </a>
                  </li>
                );
              })}
            </ul>
          </section>
        )}
      </div>
    </div>
  );
}

function leadWords({ chat }: ChatModel): string {
  const ref = nextModel(chat);
  if (ref === null || ref.startsWith("guide/")) {
    return "No model is connected yet. Ask anything, and the guide says how to connect one.";
  }
  const isLocal = chat.models.find(({ id }) => id === ref)?.local === true;
  return `Ask anything. ${modelName(chat.models, ref)} answers${isLocal ? ", on this machine" : ""}.`;
}
