// The feature market: closed candles in order, each bar once, and the newest price.
import type { Candle, CandleGap, CandleHistory, Price } from "./frames.js";
import type { Options } from "./options.js";

const MAX_CANDLES = 1000;
const KEPT = 500;
const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** How many milliseconds a bar of this interval is long; undefined for a name that is none. */
export function length(interval: string): number | undefined {
  const parts = /^([1-9][0-9]{0,6})([smhdw])$/.exec(interval);
  return parts ? Number(parts[1]) * UNITS[parts[2]!]! * 1000 : undefined;
}

/** How the feature is asked for, undefined where nothing of it is wanted. Throws for what the server would refuse. */
export function feature({ market, candles, onCandle, onPrice }: Pick<Options, "market" | "candles" | "onCandle" | "onPrice">): string | undefined {
  if (candles !== undefined && !(Number.isInteger(candles) && candles >= 1 && candles <= MAX_CANDLES)) throw new RangeError(`candles is ${candles}: expected 1 to ${MAX_CANDLES}`);
  if (market === undefined) return onPrice ? "market" : candles || onCandle ? "market:0" : undefined;
  const parts = /^([0-9]{1,6})(ms|s)$/.exec(String(market));
  const pace = Number(parts?.[1]) * (parts?.[2] === "s" ? 1000 : 1);
  if (String(market) !== "0" && !(pace >= 100 && pace <= 60_000)) throw new RangeError(`market is ${market}: expected a pace of prices from 100ms to 60s, or 0 for none`);
  return `market:${market}`;
}

/** A history as it travels to the handlers, together with its bars. */
export type Collected = CandleHistory & { candles: Candle[] };
export type Handed = Candle | CandleGap | Price | CandleHistory;

const at = (candle: Candle) => Date.parse(candle.open_time);

/** The last closed bars in order. Told is what was handed or came as history: a bar is handed once, and never behind a later one. */
export class CandleBook {
  bars: Candle[] = [];
  #told?: Candle;
  #of?: string;

  constructor(readonly keep: number) {}

  /** What to hand on of one bar, in this order. A bar that is told again or late changes the book alone. */
  *add(candle: Candle): Generator<Candle | CandleGap> {
    this.#begin(candle);
    if (!this.#told || at(candle) > at(this.#told)) yield* this.#new(candle);
    else this.#place(candle);
  }

  /** What to hand on of a history: of the first one nothing but holes, after a reconnect the bars that were missed. */
  *refill(history: Candle[]): Generator<Candle | CandleGap> {
    const candles = [...history].sort((a, b) => at(a) - at(b));
    const last = candles.at(-1);
    if (!last) return;
    this.#begin(last);
    const bar = length(last.interval);
    // The market went back in time: it has another source now.
    if (this.#told && bar && at(last) < at(this.#told) - 3 * bar) this.#restart(last);
    const first = this.#told === undefined;
    for (const candle of candles) {
      if (this.#told && at(candle) <= at(this.#told)) this.#place(candle);
      else if (!first) yield* this.#new({ ...candle, replayed: true });
      else for (const frame of this.#new(candle)) if (frame.frame === "candle_gap") yield frame;
    }
  }

  #begin(candle: Candle): void {
    if (this.#of !== `${candle.symbol} ${candle.interval}`) this.#restart(candle);
  }

  #restart({ symbol, interval }: Candle): void {
    this.bars = [];
    this.#told = undefined;
    this.#of = `${symbol} ${interval}`;
  }

  *#new(candle: Candle): Generator<Candle | CandleGap> {
    const bar = length(candle.interval);
    const { symbol, interval, open_time: before } = candle;
    if (this.#told && bar && at(candle) !== at(this.#told) + bar) {
      yield { frame: "candle_gap", symbol, interval, after: this.#told.open_time, before, missing: Math.ceil((at(candle) - at(this.#told)) / bar) - 1 };
    }
    this.#told = candle;
    this.#place(candle);
    yield candle;
  }

  #place(candle: Candle): void {
    const index = this.bars.findIndex((c) => at(c) >= at(candle));
    if (index < 0) this.bars.push(candle);
    else this.bars.splice(index, at(this.bars[index]!) === at(candle) ? 1 : 0, candle);
    if (this.bars.length > this.keep) this.bars.splice(0, this.bars.length - this.keep);
  }
}

/** Between the connection and the handlers: histories travel as one, of prices only the newest waits. */
export class Market {
  readonly book: CandleBook;
  price?: Price;
  readonly #wanted?: number;
  #collecting?: Candle[];
  #of?: Candle;
  #heard?: number;
  #waiting?: Price;

  constructor(candles?: number) {
    this.#wanted = candles;
    this.book = new CandleBook(candles ?? KEPT);
  }

  /** How many candles of history the next connection asks for: what was wanted, and what was missed meanwhile. */
  ask(): number | undefined {
    let wanted = this.#wanted ?? 0;
    if (this.#heard !== undefined && this.#of) {
      const bar = length(this.#of.interval);
      wanted = bar ? Math.max(wanted, Math.ceil((performance.now() - this.#heard) / bar) + 2) : MAX_CANDLES;
    }
    this.#collecting = wanted > 0 ? [] : undefined;
    return Math.min(wanted, MAX_CANDLES) || undefined;
  }

  /** Of the queue's places one is the price's, which never takes one of the others. */
  get waiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** What goes into the queue for a frame; undefined for nothing. */
  receive(frame: Candle | Price | CandleHistory): Candle | Price | Collected | undefined {
    if (frame.frame === "price") {
      const first = !this.#waiting;
      this.price = this.#waiting = frame;
      return first ? frame : undefined;
    }
    if (frame.frame === "history") {
      const candles = this.#collecting ?? [];
      // Not complete: the market has not answered yet, another history follows.
      this.#collecting = candles.length === 0 && frame.complete === false ? [] : undefined;
      return { ...frame, candles };
    }
    this.#heard = performance.now();
    const known = this.#of;
    // The group got another market: its history comes first.
    if (this.#wanted && known && (known.symbol !== frame.symbol || known.interval !== frame.interval)) this.#collecting = [];
    this.#of = frame;
    if (!this.#collecting) return frame;
    this.#collecting.push(frame);
    if (this.#collecting.length > MAX_CANDLES) this.#collecting.shift();
    return undefined;
  }

  /** What the handlers get for what was in the queue. */
  *hand(frame: Candle | Price | CandleHistory): Generator<Handed> {
    if (frame.frame === "candle") {
      yield* this.book.add(frame);
    } else if (frame.frame === "history") {
      const { candles, ...history } = frame as Collected;
      yield* this.book.refill(candles);
      yield history;
    } else {
      const newest = this.#waiting ?? frame;
      this.#waiting = undefined;
      yield newest;
    }
  }
}
