import assert from "node:assert/strict";
import { test } from "node:test";
import { createApp } from "../src/app.ts";

test("a note that is added is listed until it is removed", async () => {
  const app = createApp();
  const added = await app.inject({ method: "POST", url: "/notes", payload: { text: "buy milk" } });
  assert.equal(added.statusCode, 201);
  assert.deepEqual((await app.inject("/notes")).json(), [{ id: 1, text: "buy milk" }]);

  assert.equal((await app.inject({ method: "DELETE", url: "/notes/1" })).statusCode, 204);
  assert.deepEqual((await app.inject("/notes")).json(), []);
});

test("a note without text is refused", async () => {
  const response = await createApp().inject({ method: "POST", url: "/notes", payload: {} });
  assert.equal(response.statusCode, 400);
});

test("removing a note that is not there answers 404", async () => {
  const response = await createApp().inject({ method: "DELETE", url: "/notes/7" });
  assert.equal(response.statusCode, 404);
});
