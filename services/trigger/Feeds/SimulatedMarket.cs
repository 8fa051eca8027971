namespace TradingSystem.Trigger.Feeds;

/// <summary>
/// A price process in steps of 200 ms: a factor all symbols share, volatility that clusters (GARCH within calm, normal and wild regimes),
/// fat tails and rare jumps. The same seed and symbol give the same prices step by step, whichever other symbols there are.
/// </summary>
public sealed class SimulatedMarket
{
    public const int StepsPerMinute = 300;

    public static readonly TimeSpan StepLength = TimeSpan.FromMinutes(1) / StepsPerMinute;

    // Per step; about 0.1 % a minute for the calmest symbol in the normal regime.
    private const double BaseDeviation = 5.2e-5;
    private const double Alpha = 0.02;
    private const double Beta = 0.975;
    private const double RegimeChange = 1.0 / 900;
    private const double JumpChance = 1.0 / 4500;
    private static readonly double[] RegimeScale = [0.6, 1.0, 1.7];

    private readonly Xoshiro _common;
    private readonly List<Instrument> _instruments;
    private readonly int _told;
    private int _regime = 1;

    public SimulatedMarket(IReadOnlyList<string> symbols, ulong seed)
    {
        _common = new Xoshiro(seed);
        _instruments = [.. symbols.Select(s => new Instrument(s, seed, null))];
        _told = symbols.Count;
    }

    /// <summary>
    /// Goes on from <paramref name="state"/>. A symbol that is new in <paramref name="symbols"/> begins here; one that is no longer among
    /// them is carried on untold, so that its price has not stood still should it come back.
    /// </summary>
    public SimulatedMarket(IReadOnlyList<string> symbols, ulong seed, SimulatedState state)
    {
        _common = Xoshiro.From(state.Common);
        _regime = state.Regime;
        _instruments = [.. symbols.Concat(state.Instruments.Keys.Except(symbols)).Select(s => new Instrument(s, seed, state.Instruments.GetValueOrDefault(s)))];
        _told = symbols.Count;
    }

    /// <summary>Everything that the next step depends on.</summary>
    public SimulatedState State => new(_common.State, _regime, _instruments.ToDictionary(i => i.Symbol, i => i.State));

    /// <summary>One trade per symbol, all at <paramref name="at"/>.</summary>
    public IReadOnlyList<Trade> Step(DateTimeOffset at)
    {
        Move();
        var trades = new Trade[_told];
        for (var i = 0; i < trades.Length; i++)
        {
            trades[i] = _instruments[i].Trade(at);
        }

        return trades;
    }

    /// <summary>
    /// The steps of one minute as the bar that their trades make, without the trades: a history of many hours is worked out at every start, and
    /// most of a trade's cost is its decimals.
    /// </summary>
    public IReadOnlyList<SimulatedBar> Minute()
    {
        for (var i = 0; i < StepsPerMinute; i++)
        {
            Move();
            foreach (var instrument in _instruments)
            {
                instrument.Record(isFirst: i == 0);
            }
        }

        return [.. _instruments.Take(_told).Select(i => i.Bar())];
    }

    private void Move()
    {
        var move = _common.NextDouble();
        if (_common.NextDouble() < RegimeChange)
        {
            _regime = (int)(move * RegimeScale.Length);
        }

        var factor = _common.NextNormal();
        foreach (var instrument in _instruments)
        {
            instrument.Move(factor, RegimeScale[_regime]);
        }
    }

    private sealed class Instrument
    {
        private const double CommonShare = 0.7;
        private const double OwnShare = 0.71414;

        // Base asset.
        private const double Lot = 0.001;

        private readonly string _symbol;
        private readonly Xoshiro _random;
        private readonly decimal _tick;
        private readonly double _longRun;
        private readonly double _size;
        private double _variance;
        private double _price;
        private long _lots;
        private bool _rose;
        private (double Open, double High, double Low, long Lots) _bar;

        public Instrument(string symbol, ulong seed, InstrumentState? state)
        {
            (var begin, _tick, var scale) = symbol switch
            {
                "BTCUSDT" => (95_000.0, 0.1m, 1.0),
                "ETHUSDT" => (2_500.0, 0.01m, 1.25),
                "SOLUSDT" => (150.0, 0.01m, 1.5),
                "BNBUSDT" => (650.0, 0.01m, 1.1),
                "XRPUSDT" => (2.2, 0.0001m, 1.4),
                "DOGEUSDT" => (0.2, 0.00001m, 1.6),
                _ => (100.0, 0.01m, 1.3),
            };
            _symbol = symbol;
            _random = state is null ? new Xoshiro(seed ^ Hash(symbol)) : Xoshiro.From(state.Random);
            _longRun = BaseDeviation * BaseDeviation * scale * scale;
            _variance = state?.Variance ?? _longRun;
            _price = state?.Price ?? begin;
            // About 20,000 USDT a step: what the account of a newcomer asks for is there within a few of them.
            _size = 20_000 / begin;
        }

        public string Symbol => _symbol;

        public InstrumentState State => new(_random.State, _variance, _price);

        public void Move(double factor, double regime)
        {
            var shock = (CommonShare * factor) + (OwnShare * _random.NextNormal());
            var tail = _random.NextDouble();
            if (tail < 0.03)
            {
                shock *= 2.5;
            }

            var change = Math.Sqrt(_variance) * shock;
            var jump = _random.NextDouble();
            if (jump < JumpChance)
            {
                change += (jump < JumpChance / 2 ? -1 : 1) * (0.0005 + (0.0015 * _random.NextDouble()));
            }

            // Bounded, so that no run of large moves makes the variance explode.
            var target = _longRun * regime * regime;
            _variance = Math.Min((target * (1 - Alpha - Beta)) + (Alpha * change * change) + (Beta * _variance), 25 * _longRun);
            _price *= 1 + change;
            _rose = change > 0;
            var u = _random.NextDouble();
            _lots = Math.Max(1, (long)Math.Round(_size * (0.1 + (3 * u * u)) * Math.Min(1 + Math.Abs(shock), 4) / Lot));
        }

        public Trade Trade(DateTimeOffset at)
        {
            var price = OnGrid(_price);
            return new Trade(_symbol, price, _lots * (decimal)Lot, at, Math.Max(_tick, price - _tick), price + _tick, TakerBuys: _rose);
        }

        public void Record(bool isFirst) => _bar = isFirst
            ? (_price, _price, _price, _lots)
            : (_bar.Open, Math.Max(_bar.High, _price), Math.Min(_bar.Low, _price), _bar.Lots + _lots);

        /// <summary>Rounding to the grid keeps the order of prices, so the highest on it is the highest there was.</summary>
        public SimulatedBar Bar() => new(_symbol, OnGrid(_bar.Open), OnGrid(_bar.High), OnGrid(_bar.Low), OnGrid(_price), _bar.Lots * (decimal)Lot);

        private decimal OnGrid(double price) => Math.Max(_tick, Math.Round((decimal)price / _tick) * _tick);

        // FNV-1a: string.GetHashCode differs from run to run.
        private static ulong Hash(string text)
        {
            var hash = 14695981039346656037UL;
            foreach (var c in text)
            {
                hash = (hash ^ c) * 1099511628211UL;
            }

            return hash;
        }
    }
}

/// <summary>What the trades of a minute make: prices in quote currency, volume in the base asset.</summary>
public readonly record struct SimulatedBar(string Symbol, decimal Open, decimal High, decimal Low, decimal Close, decimal Volume);
