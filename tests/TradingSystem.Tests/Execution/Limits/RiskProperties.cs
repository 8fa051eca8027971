using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Settings;
using TradingSystem.Tests.Time;
using TradingSystem.Venues.Instruments;
using static TradingSystem.Tests.Execution.TestDecisions;
using Outcome = TradingSystem.Execution.Decisions.Outcome;

namespace TradingSystem.Tests.Execution.Limits;

/// <summary>What must hold whatever is asked for: two groups on one account, two symbols, prices that move.</summary>
[TestFixture]
public sealed class RiskProperties
{
    private static readonly string[] Symbols = ["BTCUSDT", "SOLUSDT"];
    private static readonly Guid[] Groups = [Guid.Parse("0197f5d0-0000-7000-8000-000000000002"), Guid.Parse("0197f5d0-0000-7000-8000-000000000003")];

    /// <summary>A decision in small numbers, so that shrinking finds a readable one.</summary>
    public sealed record Step(int Group, int Symbol, int Action, int Lots, int Cents, int Leverage, int PriceMove);

    private static Arbitrary<Step[]> Steps() => (
        from g in Gen.Choose(0, 1)
        from s in Gen.Choose(0, 1)
        from a in Gen.Choose(0, 2)
        from lots in Gen.Frequency((2, Gen.Choose(1, 20_000)), (1, Gen.Constant(0)))
        from cents in Gen.Choose(1_000, 40_000_000)
        from leverage in Gen.Choose(1, 125)
        from move in Gen.Choose(-200, 200)
        select new Step(g, s, a, lots, cents, leverage, move)).ArrayOf().ToArbitrary();

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public Property No_order_takes_more_than_the_free_margin() => Prop.ForAll(Steps(), steps =>
    {
        // Without slippage what is paid is what is counted, so the invariant is exact.
        var run = new Run(new ExecutionOptions { SlippageBps = 0m });
        foreach (var step in steps)
        {
            var before = run.PositionOf(step);
            var outcome = run.Play(step);
            var grew = outcome.Fill is not null && (Math.Abs(run.PositionOf(step)) > Math.Abs(before) || run.PositionOf(step) * before < 0m);
            if (grew && run.UsedMargin() > run.Equity())
            {
                return false.ToProperty().Label($"{step}: {run.UsedMargin()} of margin against {run.Equity()}");
            }
        }

        return true.ToProperty();
    });

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public Property A_size_is_on_the_grid_and_never_more_than_was_asked_for() => Prop.ForAll(Steps(), steps =>
    {
        var run = new Run(Options);
        foreach (var step in steps)
        {
            var held = Math.Abs(run.PositionOf(step));
            var decision = run.DecisionOf(step);
            var outcome = run.Decide(decision);
            if (outcome.Fill is null)
            {
                continue;
            }

            var order = outcome.Order;
            var instrument = Instruments.Find(order.Symbol)!;
            var asked = decision.Action == TradeAction.Close ? decision.Qty == 0m ? held : Math.Min(held, decision.Qty)
                : decision.Qty != 0m ? decision.Qty : decision.MarginUsd * decision.Leverage / order.PriceAtDecision!.Value;
            if (order.Qty > asked || order.Qty % instrument.Step != 0m)
            {
                return false.ToProperty().Label($"{step}: {order.Qty} of {asked}");
            }
        }

        return true.ToProperty();
    });

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public Property Positions_cash_and_pnl_equal_an_account_that_only_counts_money() => Prop.ForAll(Steps(), steps =>
    {
        var run = new Run(Options);
        // The other bookkeeping: what was paid and received, what is held, what fees were; no average price anywhere.
        var (cash, fees) = (0m, 0m);
        var held = new Dictionary<(Guid, string), decimal>();
        foreach (var step in steps)
        {
            if (run.Play(step).Fill is not { } fill)
            {
                continue;
            }

            var signed = fill.Side == "BUY" ? fill.Qty : -fill.Qty;
            cash -= signed * fill.Price;
            fees += fill.Fee;
            held[(fill.GroupId, fill.Symbol)] = held.GetValueOrDefault((fill.GroupId, fill.Symbol)) + signed;
        }

        var worth = cash - fees + held.Sum(h => h.Value * run.Price(h.Key.Item2));
        var same = held.All(h => run.PositionOf(h.Key.Item1, h.Key.Item2) == h.Value)
            && run.Account.Fees == fees
            && run.Account.Balance == Run.Cash + run.Account.RealizedPnl - fees
            && Math.Abs(run.Equity() - Run.Cash - worth) < 0.0001m;
        return same.ToProperty().Label($"{run.Equity() - Run.Cash} against {worth}");
    });

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public Property Reducing_never_increases_a_position_and_never_turns_one() => Prop.ForAll(Steps(), Steps(), (before, steps) =>
    {
        var run = new Run(Options);
        foreach (var step in before)
        {
            run.Play(step);
        }

        run.Controls = new ControlSet(0, [Control(TradingState.Reducing)], Options);
        foreach (var step in steps)
        {
            var was = run.PositionOf(step);
            run.Play(step);
            var now = run.PositionOf(step);
            if (Math.Abs(now) > Math.Abs(was) || now * was < 0m)
            {
                return false.ToProperty().Label($"{step}: {was} became {now}");
            }
        }

        return true.ToProperty();
    });

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public Property What_is_named_as_acceptable_is_accepted() => Prop.ForAll(Steps(), steps =>
    {
        var limits = new RiskLimits { MaxOrderQty = 400m, MaxOrderNotional = 300_000m, MaxPositionNotional = 500_000m, MaxSymbolNotional = 800_000m, MaxAccountNotional = 1_200_000m };
        var run = new Run(Options) { Controls = new ControlSet(0, [Control(limits: limits)], Options) };
        foreach (var step in steps)
        {
            var decision = run.DecisionOf(step);
            var refused = run.Decide(decision).Order;
            if (refused.ReasonNearestAcceptable is not { } text || refused.ReasonCode is "QTY_TOO_SMALL" or "NOTIONAL_TOO_SMALL")
            {
                continue;
            }

            var nearest = decimal.Parse(text, CultureInfo.InvariantCulture);
            var again = run.Decide(decision.Qty != 0m ? decision with { Qty = nearest } : decision with { MarginUsd = nearest }).Order;
            if (again.Status is not ("filled" or "closed"))
            {
                return false.ToProperty().Label($"{step}: {refused.ReasonCode} named {text}, which was refused as {again.ReasonCode}: {again.ReasonMessage}");
            }
        }

        return true.ToProperty();
    });

    /// <summary>An account that two groups trade on, in memory.</summary>
    private sealed class Run
    {
        public const decimal Cash = 100_000m;

        private readonly Decider _decider;
        private readonly PriceBook _prices;
        private readonly Ledger _ledger;
        private readonly Fences _fences = new();

        public Run(ExecutionOptions options)
        {
            var time = new ManualTime(Now);
            _prices = new PriceBook(Instruments, options, time);
            _prices.Update([Tick(100_000m), Tick(150m, symbol: "SOLUSDT")]);
            _decider = new Decider(new DecisionCheck(Instruments, options, NoFeed), _prices, time);
            Account = new Account { Id = Guid.NewGuid(), Name = "demo", Exchange = "simulated", Mode = "simulated", InitialBalance = Cash, Balance = Cash };
            _ledger = new Ledger(Account, []);
            Controls = new ControlSet(0, [], options);
        }

        public Account Account { get; }

        public ControlSet Controls { get; set; }

        public Outcome Play(Step step) => Decide(DecisionOf(step));

        public Outcome Decide(TradeDecision decision) => _decider.Decide(decision with { Id = Guid.NewGuid() }, _ledger, _fences, Controls);

        /// <summary>Moves the price, too.</summary>
        public TradeDecision DecisionOf(Step step)
        {
            var symbol = Symbols[step.Symbol];
            var tick = Instruments.Find(symbol)!.Tick;
            _prices.Update([Tick(Sizing.RoundDown(Price(symbol) * (1m + (step.PriceMove / 10_000m)), tick), symbol: symbol)]);
            return Long(symbol) with
            {
                GroupId = Groups[step.Group],
                Action = (TradeAction)step.Action,
                Qty = step.Lots * Instruments.Find(symbol)!.Step * 1.5m,
                MarginUsd = step.Cents / 100m,
                Leverage = step.Leverage,
            };
        }

        public decimal Price(string symbol) => _prices.Find(symbol)!.Price;

        public decimal PositionOf(Step step) => PositionOf(Groups[step.Group], Symbols[step.Symbol]);

        public decimal PositionOf(Guid group, string symbol) => _ledger.State(group, _prices, Now).QtyOf(symbol);

        public decimal Equity() => _ledger.State(Groups[0], _prices, Now).Equity;

        public decimal UsedMargin() => _ledger.State(Groups[0], _prices, Now).Exposures.Sum(e => Math.Abs(e.Qty) * e.Mark / e.Leverage);
    }
}
