using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;
using TradingSystem.Venues.Binance;
using TradingSystem.Venues.Bybit;
using TradingSystem.Venues.Instruments;
using TradingSystem.Venues.Okx;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Protection;

/// <summary>What passes the check is, to the last digit, what is watched and what is on the wire of each exchange.</summary>
[TestFixture]
public sealed class OneRoundingTests
{
    private const decimal Contract = 0.01m;
    private const decimal Step = 0.001m;

    private static readonly decimal[] Ticks = [0.1m, 0.01m, 0.5m, 0.00001m, 0.0025m, 0.3m, 5m];

    /// <param name="Ticks">The last price in ticks.</param>
    /// <param name="Stop">Thousandths of a tick from it, as the target's.</param>
    public sealed record Case(decimal Tick, int Ticks, int Stop, int Target, int Limit, bool IsLong, bool IsLimit, int Lots)
    {
        public decimal Last => Tick * Ticks;

        public decimal Off(int thousandths) => Last + (Tick * thousandths / 1_000m);
    }

    private static Arbitrary<Case> Cases() => (
        from tick in Gen.Elements(Ticks)
        from ticks in Gen.Choose(1, 1_000_000)
        from stop in Gen.Choose(-3_000, 3_000)
        from target in Gen.Choose(-300_000, 300_000)
        from limit in Gen.Choose(-3_000, 3_000)
        from isLong in Gen.Elements(true, false)
        from isLimit in Gen.Elements(true, false)
        from lots in Gen.Choose(1, 5_000)
        select new Case(tick, ticks, stop, target, limit, isLong, isLimit, lots)).ToArbitrary();

    [FsCheck.NUnit.Property(MaxTest = 3_000)]
    public Property What_passes_the_check_is_what_is_watched_and_sent() => Prop.ForAll(Cases(), c =>
    {
        var (stop, target) = (c.Off(c.Stop), c.Off(c.IsLong ? Math.Abs(c.Target) : -Math.Abs(c.Target)));
        var decision = Long() with
        {
            Action = c.IsLong ? TradeAction.Long : TradeAction.Short,
            Qty = c.Lots / 900m,
            MarginUsd = 0m,
            StopLoss = stop > 0m ? stop : null,
            TakeProfit = target > 0m ? target : null,
            OrderType = c.IsLimit ? "limit" : "market",
            Price = c.IsLimit && c.Off(c.Limit) is > 0m and var limit ? limit : null,
        };
        var instrument = new Instrument("BTCUSDT", c.Tick, Step, Step, 0m, 1_000m);
        var account = new AccountState(1_000_000_000_000m, []);
        var verdict = new DecisionCheck(Instruments, Options, NoFeed).Check(decision, account, Tick(c.Last), Now, Free, venue: instrument);
        if (verdict is not { Fill: { } fill, Protection: { } asked })
        {
            return true.ToProperty().Classify(true, verdict.Reason?.Code.Word ?? "no protection");
        }

        var faults = Waits(c, decision, asked, fill).Concat(Sent(c, instrument, fill, asked)).ToList();
        return (faults.Count == 0).ToProperty().Label(string.Join("; ", faults)).Classify(true, "passed");
    });

    /// <summary>
    /// Neither the price at which it was taken nor the last one reaches a leg, and what would have reached the price that was asked for reaches it.
    /// </summary>
    private static IEnumerable<string> Waits(Case c, TradeDecision decision, AskedProtection asked, PlannedFill fill)
    {
        var book = new ProtectionBook([]);
        book.Set(decision, Guid.NewGuid(), asked, c.IsLong ? fill.Qty : -fill.Qty, Now);
        foreach (var leg in book.New)
        {
            var wanted = (leg.Kind == LegKinds.StopLoss ? decision.StopLoss : decision.TakeProfit)!.Value;
            var isBelow = (leg.Kind == LegKinds.StopLoss) == c.IsLong;
            if (leg.IsTriggeredBy(fill.Price) || (leg.IsTriggeredBy(c.Last) && !(c.IsLimit && leg.Kind == LegKinds.TakeProfit)))
            {
                yield return $"{leg.Kind} {leg.TriggerPrice} is reached at {fill.Price} or {c.Last}";
            }

            for (var around = -2; around <= 2; around++)
            {
                var price = leg.TriggerPrice + (around * c.Tick);
                if (leg.IsTriggeredBy(price) != (isBelow ? price <= wanted : price >= wanted))
                {
                    yield return $"{leg.Kind} {wanted} became {leg.TriggerPrice}, which differs at {price}";
                }
            }
        }
    }

    private static IEnumerable<string> Sent(Case c, Instrument instrument, PlannedFill fill, AskedProtection asked)
    {
        var venue = new VenueInstrument("BTCUSDT", "BTC-USDT-SWAP", c.Tick, Step, Step, 1_000m, 1_000m, 0m, Contract, null, true);
        var entry = new NewOrder("BTCUSDT", "E1", fill.Buy ? OrderSide.Buy : OrderSide.Sell, fill.Qty)
        {
            Type = c.IsLimit ? VenueOrderType.Limit : VenueOrderType.Market,
            Price = c.IsLimit ? fill.Price : null,
        };
        var account = new VenueAccount(Guid.Empty, "okx", VenueEnvironment.Live, new VenueCredentials("", ""));
        if (OrderChecks.OffGrid(entry, venue) is { } off)
        {
            yield return $"refused: {off.Message}";
        }

        var (binance, bybit, okx) = (BinanceRequests.Place(entry).Fields, BybitRequests.Place(entry).Fields, OkxRequests.Place(entry, account, Grid.Units(entry.Quantity, venue)).Fields);
        var numbers = new List<(string Name, string? Text, decimal? Expected)>
        {
            ("binance quantity", binance.Text("quantity"), fill.Qty),
            ("bybit qty", bybit.Text("qty"), fill.Qty),
            ("okx sz", okx.Text("sz"), fill.Qty / Contract),
            ("binance price", binance.Text("price"), entry.Price),
            ("bybit price", bybit.Text("price"), entry.Price),
            ("okx px", okx.Text("px"), entry.Price),
        };
        foreach (var (kind, trigger) in new[] { (ProtectionKind.StopLoss, asked.StopLoss), (ProtectionKind.TakeProfit, asked.TakeProfit) })
        {
            if (trigger is not { } price)
            {
                continue;
            }

            var leg = new ProtectionOrder("BTCUSDT", "S1", kind, fill.Buy ? OrderSide.Sell : OrderSide.Buy, price) { Quantity = fill.Qty };
            if (OrderChecks.OffGrid(leg, venue) is { } offLeg)
            {
                yield return $"refused: {offLeg.Message}";
            }

            numbers.Add(($"binance {kind}", BinanceRequests.Protect(leg).Fields.Text("triggerPrice"), price));
            numbers.Add(($"bybit {kind}", BybitRequests.Protect(leg).Fields.Text("triggerPrice"), price));
            var contracts = Grid.Units(leg.Quantity.Value, venue);
            var algo = OkxRequests.Protect(leg, account, contracts).Fields;
            numbers.Add(($"okx {kind}", algo.Text(kind == ProtectionKind.StopLoss ? "slTriggerPx" : "tpTriggerPx"), price));
            numbers.Add(($"okx sz of {kind}", algo.Text("sz"), fill.Qty / Contract));
        }

        foreach (var (name, text, expected) in numbers)
        {
            if ((text is null ? null : (decimal?)decimal.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture)) != expected)
            {
                yield return $"{name} is {text}, checked was {expected}";
            }
        }
    }
}
