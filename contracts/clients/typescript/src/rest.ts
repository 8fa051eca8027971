// Reads REST with the token of the socket.
import { NoReply, RestError } from "./errors.js";

export type Query = Record<string, string | number | boolean | undefined>;

/** The JSON of /api/v1/<path>. RestError for another answer, NoReply for none. */
export async function get<T>(base: string, token: string, path: string, query: Query, deadlineMs: number): Promise<T> {
  if (!/^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/.test(path)) throw new RangeError("path: expected what follows /api/v1/, such as positions or orders/open");
  const given = new URLSearchParams(Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
  let status: number;
  let text: string;
  try {
    const answer = await fetch(`${base}${path}${given.size > 0 ? `?${given}` : ""}`, {
      headers: { authorization: `Bearer ${token}` },
      redirect: "manual", // the token goes nowhere else
      signal: AbortSignal.timeout(deadlineMs),
    });
    status = answer.status;
    text = await answer.text();
  } catch (error) {
    const { name, message, cause } = error as Error;
    throw new NoReply(`no answer of ${base}${path}${name === "TimeoutError" ? ` within ${deadlineMs} ms` : `: ${cause instanceof Error ? cause.message : message}`}`);
  }
  if (status !== 200) throw new RestError(path, status, text);
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new RestError(path, status, `no JSON: ${text.slice(0, 200)}`);
  }
}
