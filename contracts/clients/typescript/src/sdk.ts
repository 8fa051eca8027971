/**
 * Client of /ws/events: connects, stays connected, misses nothing, trades once.
 *
 *   const bot = await TradingClient.connect({ url, token, onEvent: handle });
 *   const reply = await bot.decide("LONG", { margin_usd: 50 });
 *   const update = await bot.order(reply.decision_id!);
 */
import type { WebSocket as NodeSocket } from "ws";
import { CLOSE } from "./codes.js";
import { FINAL, parse, type Ack, type Event, type Json, type OrderUpdate, type Reply, type Resumed } from "./frames.js";
import { encode, finite } from "./numbers.js";
import { NoReply, Stopped, type Decision, type Delivered, type Handler, type Legs, type Options } from "./options.js";

export * from "./frames.js";
export * from "./options.js";

const FIRST_BACKOFF_MS = 250;
const LAST_BACKOFF_MS = 30_000;
const IO_DEADLINE_MS = 10_000;
const REMEMBERED = 1000;
const MAX_UNANSWERED = 1000;

type Pending = { text: string; keyed: boolean; on?: Socket; resolve: (reply: Reply) => void; reject: (error: Error) => void };
type Socket = NodeSocket | WebSocket;
type Close = { code?: number; reason: string };

export class TradingClient {
  ack?: Ack;
  /** The last frame that was handled: keep it for `resumeFrom`. */
  seq?: number;
  readonly #o: Options;
  readonly #pending = new Map<string, Pending>();
  readonly #final = new Map<string, OrderUpdate>();
  readonly #queue: Delivered[] = [];
  readonly #watchers = new Set<() => void>();
  #dispatching = false;
  #socket?: Socket;
  #leave?: (close: Close) => void;
  #stopped?: Stopped;
  #received?: number;
  #asked?: number;
  #doubted?: number;
  #floorMs = 0;
  #heard = 0;
  #why = "";

  private constructor(options: Options) {
    this.#o = options;
    this.seq = this.#received = options.resumeFrom;
  }

  /** Resolves after the first ack. */
  static async connect(options: Options): Promise<TradingClient> {
    const client = new TradingClient(options);
    void client.#run();
    try {
      await client.#until(() => client.ack, options.deadlineMs, () => `connection to ${options.url} (${client.#why})`);
    } catch (error) {
      client.close();
      throw error;
    }
    return client;
  }

  close(): void {
    this.#stop(new Stopped(undefined, "closed"));
    this.#leave?.({ reason: "closed" });
  }

  /** Resolves when trying again cannot help, with the reason. */
  stopped(): Promise<Stopped> {
    return this.#until(() => this.#stopped, Infinity, () => "end");
  }

  /** Repeated with the same decision_id it is still one order; after a broken connection this client repeats it by itself. */
  async decide(action: string, decision: Decision = {}): Promise<Reply> {
    const { symbol = this.ack?.config.symbol, margin_usd = 0, qty = 0, decision_id = crypto.randomUUID(), title, correlation_id, trigger_event_id, valid_until, validate_only, deadlineMs, ...signal } = decision;
    for (const [name, value] of Object.entries({ margin_usd, qty, ...signal })) finite(name, value);
    const trace = { correlation_id: correlation_id ?? decision_id, trigger_event_id };
    // Null and text among them: dropped, they would mean all of the position.
    if (this.#o.protocol === 3 && qty !== 0) throw new RangeError("protocol 3 has no qty: give margin_usd");
    const body = this.#o.protocol === 3
      ? { kind: "event", category: "decision", trace: { ...trace, decision_id }, payload: { symbol, action, margin_usdt: margin_usd, ...signal } }
      : {
          type: "event", event_type: "post_trade", targets: ["trade_execution"], title: title ?? `${action} ${symbol}`, decision_id,
          payload: encode({ source_id: "", symbol, signal: { action, qty, margin_usd, ...signal } }), condition: { domain: "trade_decision", trace },
        };
    const reply = await this.request({ ...body, valid_until, validate_only }, { keyed: true, deadlineMs });
    return { ...reply, decision_id };
  }

  /**
   * Takes back what rests of a decision, which may not have come to an order yet; its update tells what became of it. Where nothing rests
   * the update of `reply.id` says NOTHING_TO_CANCEL. After a broken connection this client repeats it by itself.
   */
  cancel(decisionId: string, deadlineMs?: number): Promise<Reply> {
    return this.#steer("cancel", { decision_id: decisionId }, true, deadlineMs);
  }

  /**
   * Takes back every order of the group that rests, never its protection. Without a reply it is not repeated: that would also mean what was
   * ordered since. Send it again if that is what you want.
   */
  cancelAll(deadlineMs?: number): Promise<Reply> {
    return this.#steer("cancel", { all: true }, false, deadlineMs);
  }

  /**
   * Moves the stop-loss and take-profit of the group's position: a price sets, null removes, left out stays as it is. The update of
   * `reply.id` tells what came of it. After a broken connection this client repeats it by itself.
   */
  async protect(symbol: string | undefined, { stop_loss, take_profit, deadlineMs }: Legs): Promise<Reply> {
    for (const [name, price] of Object.entries({ stop_loss, take_profit })) {
      // JSON would write it as null, which removes the leg.
      if (price !== undefined && price !== null && !Number.isFinite(Number(price))) throw new RangeError(`${name} is ${price}: give a finite price, or null to remove it`);
    }
    return this.#steer("protect", { symbol: symbol ?? this.ack?.config.symbol, stop_loss, take_profit }, true, deadlineMs);
  }

  #steer(name: string, fields: Json, keyed: boolean, deadlineMs?: number): Promise<Reply> {
    return this.request(this.#o.protocol === 3 ? { kind: name, payload: fields } : { type: name, ...fields }, { keyed, deadlineMs });
  }

  /** The update that ends a decision's order: filled, rejected …. Needs the feature orders. */
  order(decisionId: string, deadlineMs?: number): Promise<OrderUpdate> {
    return this.#until(() => this.#final.get(decisionId), deadlineMs, () => `final update of ${decisionId}`);
  }

  /** Milliseconds that a ping and its pong took. */
  async ping(deadlineMs?: number): Promise<number> {
    const begin = performance.now();
    await this.request({ [this.#o.protocol === 3 ? "kind" : "type"]: "ping", id: crypto.randomUUID() }, { deadlineMs });
    return performance.now() - begin;
  }

  /** Sends any frame. `keyed` (it has a decision_id or event_key) repeats it after a reconnect. */
  async request(frame: Json, { keyed = false, deadlineMs = this.#o.deadlineMs ?? 30_000 } = {}): Promise<Reply> {
    if (this.#stopped) throw this.#stopped;
    if (!this.#socket && !keyed) throw new NoReply("not connected");
    const key = String(frame.id ?? frame.request_id ?? crypto.randomUUID());
    const text = encode("id" in frame ? frame : { ...frame, request_id: key });
    const limit = this.ack?.limits.max_frame_bytes ?? 65_536;
    if (new TextEncoder().encode(text).length > limit || this.#pending.size >= MAX_UNANSWERED) {
      throw new RangeError(`the frame is over ${limit} bytes, or ${MAX_UNANSWERED} frames wait for replies`);
    }
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Reply>((resolve, reject) => {
        const entry: Pending = { text, keyed, resolve, reject };
        this.#pending.set(key, entry);
        timer = setTimeout(() => reject(new NoReply(`no reply within ${deadlineMs} ms`)), deadlineMs);
        if (this.#socket) this.#send(this.#socket, entry);
      });
    } finally {
      clearTimeout(timer);
      this.#pending.delete(key);
    }
  }

  #send(socket: Socket, entry: Pending): void {
    if (entry.on === socket || socket.readyState !== 1) return;
    entry.on = socket;
    socket.send(entry.text);
  }

  async #run(): Promise<void> {
    let attempt = 0;
    while (!this.#stopped) {
      const cap = Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** attempt);
      const begin = performance.now();
      const close = await this.#connection().catch((error: unknown): Close => ({ reason: error instanceof Error ? error.message : String(error) }));
      this.#socket = undefined;
      this.#why = `${close.code ?? ""} ${close.reason}`.trim();
      const known = CLOSE[close.reason];
      if (!(known ? known.reconnect : close.code !== 1002 && close.code !== 1008)) this.#stop(new Stopped(close.code, close.reason, known?.meaning));
      for (const entry of this.#pending.values()) if (entry.on && !entry.keyed) entry.reject(new NoReply("the connection broke before the reply"));
      if (this.#stopped) return;
      // A connection that held resets the backoff; one that brought something and broke keeps it at a second.
      attempt = this.#heard > begin + 1000 ? 0 : Math.min(attempt + 1, this.#heard > begin ? 2 : 20);
      const wait = Math.max(Math.random() * cap, this.#floorMs, close.code === 1013 ? 1000 : 0);
      this.#floorMs = 0;
      this.#put({ frame: "disconnected", ...close, retry_in_ms: wait });
      await new Promise<unknown>((resolve) => {
        this.#leave = resolve;
        setTimeout(resolve, wait);
      });
    }
  }

  async #open(): Promise<Socket> {
    const { url, token, protocol = 2, features = ["orders", "resume", "config"], tickets } = this.#o;
    const query = new URLSearchParams({ features: features.join(","), protocol: String(protocol) });
    if (features.includes("resume") && this.#received !== undefined) query.set("resume_from", String((this.#asked = this.#received)));
    if (!tickets) {
      const { WebSocket } = await import("ws");
      return new WebSocket(`${url}?${query}`, { headers: { Authorization: `Bearer ${token}` }, perMessageDeflate: false, handshakeTimeout: IO_DEADLINE_MS });
    }
    // Beside /ws/events, below whatever prefix a proxy has.
    const address = new URL("../api/v1/ws-tickets", url.replace(/^ws/, "http"));
    const answer = await fetch(address, { method: "POST", headers: { Authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(IO_DEADLINE_MS) });
    if (answer.status === 401) throw new Error("INVALID_TOKEN");
    if (!answer.ok) throw new Error(`ticket: ${answer.status}`);
    query.set("ticket", ((await answer.json()) as { ticket: string }).ticket);
    return new (globalThis.WebSocket ?? (await import("ws")).WebSocket)(`${url}?${query}`);
  }

  async #connection(): Promise<Close> {
    const socket = await this.#open();
    const timers: NodeJS.Timeout[] = [];
    let error = "";
    try {
      return await new Promise<Close>((resolve) => {
        this.#leave = resolve;
        if (this.#stopped) resolve({ reason: "closed" });
        timers.push(setTimeout(() => this.#socket !== socket && resolve({ reason: "no ack in time" }), IO_DEADLINE_MS));
        socket.onerror = (e: { message?: string } | globalThis.Event) => (error = "message" in e ? (e.message ?? "") : "");
        socket.onclose = (e: { code: number; reason: string }) => resolve({ code: e.code, reason: e.reason || error });
        socket.onmessage = (e: { data: unknown }) => {
          try {
            if (this.#socket === socket) this.#receive(String(e.data));
            else timers.push(this.#greet(socket, String(e.data)));
          } catch (problem) {
            socket.onmessage = null; // what follows on this connection is not looked at any more
            resolve({ reason: (problem as Error).message });
          }
        };
      });
    } finally {
      timers.forEach(clearTimeout);
      socket.onmessage = null;
      socket.onerror = () => undefined;
      socket.close();
      // A token has one session: the next one waits until this one is gone, or for a second.
      if (socket.readyState !== 3) {
        await new Promise<unknown>((resolve) => {
          socket.onclose = resolve;
          setTimeout(resolve, 1000);
        });
      }
      if ("terminate" in socket) socket.terminate();
    }
  }

  /** The ack; then what was never answered goes out again. */
  #greet(socket: Socket, text: string): NodeJS.Timeout {
    const ack = parse(text);
    if (ack?.frame !== "ack") throw new Error("the first frame was no ack");
    if (this.#received === undefined && (this.#o.features ?? ["resume"]).includes("resume")) {
      this.#received = ack.last_seq;
      // The connection before broke before it was told where it stood.
      if (this.ack && ack.last_seq === undefined) this.#put({ frame: "gap" });
    }
    this.ack = ack;
    this.#socket = socket;
    this.#put(ack);
    this.#tell();
    for (const entry of this.#pending.values()) this.#send(socket, entry);
    const interval = this.#o.heartbeatMs ?? ack.heartbeat_ms;
    return setInterval(() => {
      this.ping(interval).catch(() => {
        // Any frame is a sign of life.
        if (this.#socket === socket && performance.now() - this.#heard > interval) this.#leave?.({ reason: "no sign of life" });
      });
    }, interval);
  }

  #receive(text: string): void {
    this.#heard = performance.now();
    const frame = parse(text);
    if (frame?.frame === "reply") {
      const entry = this.#pending.get(frame.request_id ?? "");
      // What a leaving server refuses goes out again on the next connection.
      if (!(entry?.keyed && frame.code === "SERVER_SHUTDOWN")) entry?.resolve(frame);
    } else if (frame?.frame === "shutdown") {
      this.#floorMs = frame.detail?.reconnect_after_ms ?? 1000;
    } else if (frame?.frame === "resumed") {
      this.#resumed(frame);
    } else if (frame?.frame === "config" || ((frame?.frame === "event" || frame?.frame === "order") && this.#isNext(frame))) {
      this.#put(frame);
      if (frame.frame === "order" && FINAL.has(frame.status)) {
        this.#final.set(frame.decision_id, frame);
        if (this.#final.size > REMEMBERED) this.#final.delete(this.#final.keys().next().value!);
        this.#tell();
      }
    }
  }

  /** False for what was received before. A hole before the frame is asked for once; if it stays, the author is told. */
  #isNext({ seq, prev_seq }: Event | OrderUpdate): boolean {
    const last = this.#received;
    if (seq === undefined) return true;
    if (last !== undefined && (this.#o.features ?? ["resume"]).includes("resume")) {
      if (seq <= last) return false;
      if (this.#queue.length >= (this.#o.queueSize ?? 10_000)) throw new Error("the queue is full"); // the server's history is the rest of it
      if (prev_seq !== undefined && prev_seq > last) {
        if (this.#doubted !== last) {
          this.#doubted = last;
          throw new Error(`hole between ${last} and ${seq}`);
        }
        this.#put({ frame: "gap", after: last, first_seq: seq, last_seq: seq });
      }
    }
    this.#received = seq;
    return true;
  }

  #resumed({ recovered, first_seq, last_seq }: Resumed): void {
    if (recovered) {
      this.#received ??= last_seq;
      return;
    }
    this.#put({ frame: "gap", after: this.#asked, first_seq, last_seq });
    this.#received = last_seq;
    if (first_seq && first_seq - 1 !== this.#asked && (last_seq === undefined || first_seq <= last_seq)) {
      this.#received = first_seq - 1;
      throw new Error("asks for what is still held");
    }
  }

  #put(frame: Delivered): void {
    if (frame.frame === "gap") console.warn("frames are lost", frame);
    if (this.#queue.length >= (this.#o.queueSize ?? 10_000)) console.warn("the queue is full, dropped", frame);
    else if (this.#queue.push(frame) && !this.#dispatching) void this.#dispatch();
  }

  async #dispatch(): Promise<void> {
    const o = this.#o;
    const handlers = { ack: o.onAck, event: o.onEvent, order: o.onOrder, config: o.onConfig, gap: o.onGap, disconnected: o.onDisconnect };
    this.#dispatching = true;
    for (let frame = this.#queue.shift(); frame; frame = this.#queue.shift()) {
      try {
        await (handlers[frame.frame] as Handler<Delivered> | undefined)?.(frame);
      } catch (error) {
        this.#report(error, frame);
      }
      if ("seq" in frame) this.seq = frame.seq;
    }
    this.#dispatching = false;
  }

  #report(problem: unknown, frame: Delivered): void {
    try {
      if (this.#o.onError) return this.#o.onError(problem, frame);
    } catch (error) {
      console.error("onError itself threw", error);
    }
    console.error("a handler threw", problem, frame);
  }

  async #until<T>(find: () => T | undefined, deadlineMs = this.#o.deadlineMs ?? 30_000, what: () => string): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const look = () => {
        const found = find();
        if (found !== undefined) resolve(found);
        else if (this.#stopped) reject(this.#stopped);
        else return;
        clearTimeout(timer);
        this.#watchers.delete(look);
      };
      const late = () => this.#watchers.delete(look) && reject(new NoReply(`no ${what()} within ${deadlineMs} ms`));
      const timer = Number.isFinite(deadlineMs) ? setTimeout(late, deadlineMs) : undefined;
      this.#watchers.add(look);
      look();
    });
  }

  #tell(): void {
    for (const look of [...this.#watchers]) look();
  }

  #stop(stopped: Stopped): void {
    this.#stopped ??= stopped;
    for (const entry of this.#pending.values()) entry.reject(this.#stopped);
    this.#tell();
  }
}
