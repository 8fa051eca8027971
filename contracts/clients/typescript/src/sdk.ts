/**
 * Client of /ws/events: connects, stays connected, misses nothing, trades once.
 *
 *   const bot = await TradingClient.connect({ url: "127.0.0.1:8000", token, onEvent: handle });
 *   const reply = await bot.decide("LONG", { margin_usd: 50 });
 *   const update = await bot.order(reply.decision_id!);
 */
import { restAddress, socketAddress } from "./address.js";
import { CLOSE } from "./codes.js";
import { NoOrder, NoReply, Stopped } from "./errors.js";
import { parse, type Ack, type Candle, type Json, type OrderUpdate, type Price, type Reply } from "./frames.js";
import { Market, feature, type Handed } from "./market.js";
import { encode, finite } from "./numbers.js";
import type { Decision, Delivered, Handler, Legs, Options } from "./options.js";
import { Orders } from "./orders.js";
import { get, type Query } from "./rest.js";
import { Sequence } from "./sequence.js";
import { open, type Socket } from "./socket.js";

export { socketAddress } from "./address.js";
export * from "./errors.js";
export * from "./frames.js";
export * from "./options.js";

const FIRST_BACKOFF_MS = 250;
const LAST_BACKOFF_MS = 30_000;
const IO_DEADLINE_MS = 10_000;
const MAX_UNANSWERED = 1000;

type Pending = { text: string; keyed: boolean; on?: Socket; resolve: (reply: Reply) => void; reject: (error: Error) => void };
type Close = { code?: number; reason: string };

export class TradingClient {
  ack?: Ack;
  /** The last frame that was handled: keep it for `resumeFrom`. */
  seq?: number;
  readonly #o: Options;
  readonly #url: string;
  readonly #rest: string;
  readonly #features: string[];
  readonly #sequence?: Sequence;
  readonly #market?: Market;
  readonly #orders = new Orders();
  readonly #pending = new Map<string, Pending>();
  readonly #queue: Delivered[] = [];
  readonly #watchers = new Set<() => void>();
  /** Nothing is handed before `connect` has returned. */
  #dispatching = true;
  #socket?: Socket;
  #leave?: (close: Close) => void;
  #stopped?: Stopped;
  #floorMs = 0;
  #heard = 0;
  #why = "";

  private constructor(options: Options) {
    this.#o = options;
    this.#url = socketAddress(options.url);
    this.#rest = restAddress(options.restUrl === undefined ? this.#url : socketAddress(options.restUrl));
    const { features = ["orders", "resume", "config"], resumeFrom, candles } = options;
    const market = feature(options);
    this.#features = market === undefined ? [...features] : [...features, market];
    if (market !== undefined) this.#market = new Market(candles);
    if (features.includes("resume")) this.#sequence = new Sequence(resumeFrom);
    this.seq = resumeFrom;
  }

  /** Resolves after the first ack. */
  static async connect(options: Options): Promise<TradingClient> {
    const client = new TradingClient(options);
    void client.#run();
    try {
      await client.#until(() => client.ack, options.deadlineMs, () => `connection to ${client.#url} (${client.#why})`);
    } catch (error) {
      client.close();
      throw error;
    }
    // By then the caller has what connect returns, and handlers may use it.
    setTimeout(() => void client.#dispatch(), 0);
    return client;
  }

  /** The last closed candles, oldest first, up to the one that is being handled. As many as `candles` asked for, else 500. */
  get candles(): readonly Candle[] {
    return [...(this.#market?.book.bars ?? [])];
  }

  /** The newest price. */
  get price(): Price | undefined {
    return this.#market?.price;
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
    this.#orders.retried(decision_id);
    const reply = await this.request({ ...body, valid_until, validate_only }, { keyed: true, deadlineMs });
    this.#orders.replied(decision_id, action, symbol ?? "", reply);
    this.#tell();
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

  /**
   * The update that ends a decision's order: filled, rejected …; of NO_TRADE one with the status `recorded`. Needs the feature orders. NoOrder
   * at once where the decision was refused or only validated.
   */
  async order(decisionId: string, deadlineMs?: number): Promise<OrderUpdate> {
    if (!this.#features.includes("orders")) throw new NoOrder("no update comes without the feature orders");
    return this.#until(() => this.#orders.end(decisionId), deadlineMs, () => `final update of ${decisionId}`);
  }

  /** What GET /api/v1/<path> answers to this token, such as `rest("orders/open", { limit: 10 })`: the group's own. RestError names the status and body of another answer. */
  rest<T = { items: Json[]; next: string | null }>(path: string, query: Query = {}, deadlineMs = this.#o.deadlineMs ?? 30_000): Promise<T> {
    return get<T>(this.#rest, this.#o.token, path, query, deadlineMs);
  }

  /** Milliseconds that a ping and its pong took. */
  async ping(deadlineMs?: number): Promise<number> {
    const begin = performance.now();
    await this.request({ [this.#o.protocol === 3 ? "kind" : "type"]: "ping" }, { deadlineMs });
    return performance.now() - begin;
  }

  /** Sends any frame. `keyed` (it has a decision_id or event_key) repeats it after a reconnect. */
  async request(frame: Json, { keyed = false, deadlineMs = this.#o.deadlineMs ?? 30_000 } = {}): Promise<Reply> {
    if (this.#stopped) throw this.#stopped;
    if (!this.#socket && !keyed) throw new NoReply("not connected");
    // The server repeats nothing else in every reply: an id is an event's own, or a ping's.
    const key = "request_id" in frame ? frame.request_id : crypto.randomUUID();
    if (typeof key !== "string" || !key || this.#pending.has(key)) throw new RangeError("request_id: expected a text that no other frame waits with");
    const text = encode({ ...frame, request_id: key });
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

  #open(): Promise<Socket> {
    const { token, protocol = 2, tickets = false } = this.#o;
    const query = new URLSearchParams({ features: this.#features.join(","), protocol: String(protocol) });
    for (const [name, value] of Object.entries({ resume_from: this.#sequence?.ask(), candles: this.#market?.ask() })) if (value !== undefined) query.set(name, String(value));
    return open(this.#url, token, query, tickets, IO_DEADLINE_MS);
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
    // The connection before broke before it was told where it stood.
    if (this.#sequence && !this.#sequence.begin(ack.last_seq) && this.ack) this.#put({ frame: "gap" });
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
      this.#sequence?.resumed(frame, (gap) => this.#put(gap));
    } else if (frame?.frame === "candle" || frame?.frame === "price" || frame?.frame === "history") {
      if (frame.frame !== "price" && this.#isFull()) throw new Error("the queue is full"); // the history is asked for again
      const received = this.#market?.receive(frame);
      if (received) this.#put(received);
    } else if (frame?.frame === "config") {
      this.#put(frame);
    } else if (frame?.frame === "event" || frame?.frame === "order") {
      if (this.#sequence && !this.#sequence.isNext(frame, this.#isFull(), (gap) => this.#put(gap))) return;
      this.#put(frame);
      if (frame.frame === "order" && this.#orders.updated(frame)) this.#tell();
    }
  }

  #isFull(): boolean {
    return this.#queue.length - Number(this.#market?.waiting ?? false) >= (this.#o.queueSize ?? 10_000);
  }

  #put(frame: Delivered): void {
    if (frame.frame === "gap") console.warn("frames are lost", frame);
    if (frame.frame !== "price" && this.#isFull()) console.warn("the queue is full, dropped", frame);
    else if (this.#queue.push(frame) && !this.#dispatching) void this.#dispatch();
  }

  async #dispatch(): Promise<void> {
    this.#dispatching = true;
    for (let frame = this.#queue.shift(); frame; frame = this.#queue.shift()) {
      const market = frame.frame === "candle" || frame.frame === "price" || frame.frame === "history" ? this.#market : undefined;
      for (const handed of market ? market.hand(frame as Candle) : [frame]) await this.#hand(handed);
      if ("seq" in frame) this.seq = frame.seq;
    }
    this.#dispatching = false;
  }

  async #hand(frame: Delivered | Handed): Promise<void> {
    const o = this.#o;
    const handlers = {
      ack: o.onAck, event: o.onEvent, order: o.onOrder, config: o.onConfig, candle: o.onCandle, price: o.onPrice, history: o.onHistory,
      gap: o.onGap, candle_gap: o.onCandleGap, disconnected: o.onDisconnect,
    };
    if (frame.frame === "candle_gap" || (frame.frame === "history" && frame.note)) console.warn("candles are missing", frame);
    try {
      await (handlers[frame.frame] as Handler<Delivered> | undefined)?.(frame);
    } catch (error) {
      this.#report(error, frame);
    }
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
      const search = () => {
        try {
          const found = find();
          if (found !== undefined) resolve(found);
          else if (this.#stopped) reject(this.#stopped);
          return found !== undefined || this.#stopped !== undefined;
        } catch (error) {
          reject(error as Error);
          return true;
        }
      };
      const look = () => {
        if (!search()) return;
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
