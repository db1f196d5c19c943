import Fastify, { type FastifyInstance } from "fastify";
import { NoteStore } from "./notes.ts";

const noteSchema = {
  type: "object",
  required: ["text"],
  additionalProperties: false,
  properties: { text: { type: "string", minLength: 1, maxLength: 500 } },
} as const;

/** The API over a store of notes; it listens nowhere until `listen` is called. */
export function createApp(notes = new NoteStore()): FastifyInstance {
  const app = Fastify();

  app.get("/health", () => ({ status: "ok" }));

  app.get("/notes", () => notes.list());

  app.post<{ Body: { text: string } }>("/notes", { schema: { body: noteSchema } }, (request, reply) => {
    reply.code(201);
    return notes.add(request.body.text);
  });

  app.delete<{ Params: { id: string } }>("/notes/:id", (request, reply) => {
    if (!notes.remove(Number(request.params.id))) return reply.code(404).send({ error: "no such note" });
    return reply.code(204).send();
  });

  return app;
}
