// Where a gateway is: its address in any of the forms people write, as the one of the socket and the one of REST.

const SOCKET = "/ws/events";
const EXPECTED = "expected HOST:PORT, http(s)://HOST/PREFIX or ws(s)://HOST/PREFIX/ws/events";
const FORM = /^(?:(wss?|https?):\/\/)?([^\s/?#@:[\]\\]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?(\/[^\s?#\\]*)?$/i;

/**
 * `<prefix>/ws/events` of an address with or without scheme, prefix, path or slash at its end. RangeError for what is none; the text itself is
 * not repeated in it: people put secrets into addresses.
 */
export function socketAddress(text: string): string {
  const given = String(text).trim();
  if (given.includes("?")) throw new RangeError(`the address has a query: options are given to the client, and a token never goes into an address; ${EXPECTED}`);
  const parts = FORM.exec(given);
  const port = Number(parts?.[3] ?? 80);
  if (!parts || port < 1 || port > 65_535) throw new RangeError(`this is no address of a gateway: ${EXPECTED}`);
  const scheme = /^(wss|https)$/i.test(parts[1] ?? "") ? "wss" : "ws";
  const path = (parts[4] ?? "").replace(/\/+$/, "");
  return `${scheme}://${parts[2]}${parts[3] ? `:${parts[3]}` : ""}${path.endsWith(SOCKET) ? path : path + SOCKET}`;
}

/** Where /api/v1 is beside a socket, below the same prefix. The slash at the end is part of it. */
export const restAddress = (socket: string): string => `http${socket.slice(2, -SOCKET.length)}/api/v1/`;
