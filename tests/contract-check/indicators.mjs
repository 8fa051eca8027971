// Computes indicators with libraries that are not ours. Reads one JSON job from stdin:
//   { candles: [[open_time ms, open, high, low, close, volume]], parameters: { rsi: { period: 14 }, … } }
// and prints { library: { indicator: [one list an output, in the order of our outputs, null where the library has none] } }. Lists end with the last candle.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import classic from "technicalindicators";
import * as signals from "trading-signals";

// What it offers to import is not read as a module.
const fast = createRequire(import.meta.url)("fast-technical-indicators");

const { candles, parameters: p } = JSON.parse(readFileSync(0, "utf8"));
const column = (i) => candles.map((c) => c[i]);
const [high, low, close, volume] = [column(2), column(3), column(4), column(5)];
const day = (c) => Math.floor(c[0] / 86_400_000);
const days = [...new Set(candles.map(day))].map((d) => candles.filter((c) => day(c) === d));
const of = (rows, ...names) => names.map((n) => (n === null ? null : rows.map((r) => r[n] ?? null)));

function classicRsi({ period }) {
  // The library rounds its index to two places; its averages it does not round.
  const gains = classic.averagegain({ values: close, period });
  const losses = classic.averageloss({ values: close, period });
  return gains.map((gain, i) => (losses[i] === 0 ? 100 : 100 - 100 / (1 + gain / losses[i])));
}

function classicStochastic({ period, smoothing, signal }) {
  const raw = classic.stochastic({ high, low, close, period, signalPeriod: 1 }).map((r) => r.k);
  const k = smoothing === 1 ? raw : classic.sma({ values: raw, period: smoothing });
  return [k, classic.sma({ values: k, period: signal })];
}

const ofClassic = {
  sma: [classic.sma({ values: close, ...p.sma })],
  ema: [classic.ema({ values: close, ...p.ema })],
  rsi: [classicRsi(p.rsi)],
  macd: of(
    classic.macd({
      values: close, fastPeriod: p.macd.fast, slowPeriod: p.macd.slow, signalPeriod: p.macd.signal, SimpleMAOscillator: false, SimpleMASignal: false,
    }),
    "MACD", "signal", "histogram"),
  bollinger: of(classic.bollingerbands({ values: close, period: p.bollinger.period, stdDev: p.bollinger.deviations }), "middle", "upper", "lower", "pb", null),
  atr: [classic.atr({ high, low, close, ...p.atr })],
  vwap: [days.flatMap((day) => classic.vwap({ high: day.map((c) => c[2]), low: day.map((c) => c[3]), close: day.map((c) => c[4]), volume: day.map((c) => c[5]) }))],
  donchian: [classic.highest({ values: high, ...p.donchian }), null, classic.lowest({ values: low, ...p.donchian })],
  adx: of(classic.adx({ high, low, close, ...p.adx }), "adx", "pdi", "mdi"),
  stochastic: classicStochastic(p.stochastic),
  obv: [classic.obv({ close, volume })],
};

// One value a candle, null until there is one.
const run = (indicator, input, ...pick) => {
  const rows = input.map((x) => indicator.update(x, false));
  return pick.map((name) => rows.map((r) => (r === null ? null : typeof name === "function" ? name(r) : r[name])));
};
const itself = (r) => r;
const bars = candles.map(([, open, high, low, close, volume]) => ({ open, high, low, close, volume }));

function average(indicator, required) {
  // It speaks from its first value on.
  return [close.map((c, i) => (indicator.update(c, false), i + 1 < required ? null : indicator.getResultOrThrow()))];
}

function directional({ period }) {
  const adx = new signals.ADX(period);
  const rows = bars.map((b) => [adx.update(b, false), 100 * adx.pdi, 100 * adx.mdi]);
  return [0, 1, 2].map((i) => rows.map((r) => (r[0] === null ? null : r[i])));
}

const { period: width, deviations } = p.bollinger;
const percentB = (() => {
  const bands = new signals.BollingerBands(width, deviations);
  return close.map((c) => {
    const b = bands.update(c, false);
    return b === null ? null : (c - b.lower) / (b.upper - b.lower);
  });
})();

const ofSignals = {
  sma: average(new signals.SMA(p.sma.period), p.sma.period),
  ema: average(new signals.EMA(p.ema.period), p.ema.period),
  rsi: run(new signals.RSI(p.rsi.period), close, itself),
  macd: run(new signals.MACD(new signals.EMA(p.macd.fast), new signals.EMA(p.macd.slow), new signals.EMA(p.macd.signal)), close, "macd", "signal", "histogram"),
  bollinger: [
    ...run(new signals.BollingerBands(width, deviations), close, "middle", "upper", "lower"),
    percentB,
    ...run(new signals.BollingerBandsWidth(new signals.BollingerBands(width, deviations)), close, itself),
  ],
  atr: run(new signals.ATR(p.atr.period), bars, itself),
  vwap: [days.flatMap((day) => run(new signals.VWAP(), day.map(([, , high, low, close, volume]) => ({ high, low, close, volume })), itself)[0])],
  donchian: run(new signals.DonchianChannels(p.donchian.period), bars, "upper", "middle", "lower"),
  adx: directional(p.adx),
  stochastic: run(
    new signals.StochasticOscillator({ kPeriod: p.stochastic.period, kSlowingPeriod: p.stochastic.smoothing, dPeriod: p.stochastic.signal }), bars, "stochK", "stochD"),
  obv: run(new signals.OBV(2), bars, itself),
  supertrend: run(
    new signals.SuperTrend({ interval: p.supertrend.period, multiplier: p.supertrend.multiplier }), bars, "supertrend",
    (r) => (r.trend === signals.TradingSignal.BULLISH ? 1 : -1)),
};

// The second library has no SuperTrend; this is a third.
const ofFast = { supertrend: of(fast.supertrend({ high, low, close, ...p.supertrend }), "supertrend", "direction") };

console.log(JSON.stringify({ technicalindicators: ofClassic, "trading-signals": ofSignals, "fast-technical-indicators": ofFast }));
