// A client that knows the product by its OpenAPI document alone. rest.mjs makes schema.d.ts of it, checks the types, and calls this.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.d.ts";

type Receipt = components["schemas"]["Receipt"];

export interface Job {
  url: string;
  token: string;
  group: string;
}

/** Limits a group, sets its dead-man's switch, pauses it, kills it with its positions closed, and waits for the whole receipt. */
export async function kill({ url, token, group }: Job): Promise<Receipt> {
  const client = createClient<paths>({ baseUrl: url, headers: { authorization: `Bearer ${token}` } });
  const limits = await client.PUT("/api/v1/risk/limits/group/{id}", { params: { path: { id: group } }, body: { max_order_notional: 10_000, reason: "a drill" } });
  if (limits.data?.limits?.max_order_notional !== 10_000) {
    throw new Error(`limits: ${JSON.stringify(limits.error ?? limits.data)}`);
  }

  const deadMan = await client.PUT("/api/v1/controls/dead-man/{groupId}", { params: { path: { groupId: group } }, body: { action: "pause", after_s: 3600 } });
  if (deadMan.data?.action !== "pause") {
    throw new Error(`dead-man: ${JSON.stringify(deadMan.error)}`);
  }

  const paused = await client.POST("/api/v1/controls/pause", { body: { scope: "group", id: group, reason: "a drill" } });
  if (paused.data?.mode !== "paused") {
    throw new Error(`pause: ${JSON.stringify(paused.error)}`);
  }

  const refused = await client.POST("/api/v1/kill", { body: { scope: "group", id: group, reason: "" } });
  if (refused.error?.message !== "validation_error" || refused.error.detail[0]?.path !== "reason") {
    throw new Error(`a kill without a reason: ${refused.response.status} ${JSON.stringify(refused.error)}`);
  }

  const killed = await client.POST("/api/v1/kill", { body: { scope: "group", id: group, reason: "a drill", flatten: true } });
  if (!killed.data) {
    throw new Error(`kill: ${killed.response.status} ${JSON.stringify(killed.error)}`);
  }

  let receipt: Receipt = killed.data;
  for (let left = 300; receipt.status === "running" && left > 0; left--) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const told = await client.GET("/api/v1/kill/{id}", { params: { path: { id: receipt.id } } });
    receipt = told.data ?? receipt;
  }

  return receipt;
}
