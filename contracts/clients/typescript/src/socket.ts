// Opens the WebSocket: with the token in a header, or with a ticket where headers cannot be sent.
import type { WebSocket as NodeSocket } from "ws";
import { restAddress } from "./address.js";

export type Socket = NodeSocket | WebSocket;

export async function open(url: string, token: string, query: URLSearchParams, tickets: boolean, deadlineMs: number): Promise<Socket> {
  if (!tickets) {
    const { WebSocket } = await import("ws");
    return new WebSocket(`${url}?${query}`, { headers: { Authorization: `Bearer ${token}` }, perMessageDeflate: false, handshakeTimeout: deadlineMs });
  }
  // Beside /ws/events, below whatever prefix a proxy has.
  const answer = await fetch(`${restAddress(url)}ws-tickets`, { method: "POST", headers: { Authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(deadlineMs) });
  if (answer.status === 401) throw new Error("INVALID_TOKEN");
  if (!answer.ok) throw new Error(`ticket: ${answer.status}`);
  query.set("ticket", ((await answer.json()) as { ticket: string }).ticket);
  return new (globalThis.WebSocket ?? (await import("ws")).WebSocket)(`${url}?${query}`);
}
