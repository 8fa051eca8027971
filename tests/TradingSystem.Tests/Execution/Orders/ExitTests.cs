using System.Reflection;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Prices;
using TradingSystem.Tests.Time;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Orders;

/// <summary>Nothing of ours refuses an exit: each limit refuses the entry and lets the exit through, and without a price the exit waits.</summary>
[TestFixture]
public sealed class ExitTests
{
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(5);

    /// <summary>A setting of each limit that an entry of <see cref="Entry"/> does not pass.</summary>
    private static readonly Dictionary<string, RiskLimits> Strict = new()
    {
        [nameof(RiskLimits.MaxDecisionAgeS)] = new() { MaxDecisionAgeS = 1m },
        [nameof(RiskLimits.MaxPriceAgeS)] = new() { MaxPriceAgeS = 1m },
        [nameof(RiskLimits.EntryBandBps)] = new() { EntryBandBps = 1m },
        [nameof(RiskLimits.MaxOrderQty)] = new() { MaxOrderQty = 0.001m },
        [nameof(RiskLimits.MaxOrderNotional)] = new() { MaxOrderNotional = 1m },
        [nameof(RiskLimits.MaxLeverage)] = new() { MaxLeverage = 2m },
        [nameof(RiskLimits.MaxOpenOrders)] = new() { MaxOpenOrders = 0 },
        [nameof(RiskLimits.MaxPositionNotional)] = new() { MaxPositionNotional = 1m },
        [nameof(RiskLimits.MaxSymbolNotional)] = new() { MaxSymbolNotional = 1m },
        [nameof(RiskLimits.MaxAccountNotional)] = new() { MaxAccountNotional = 1m },
        [nameof(RiskLimits.MaxDailyLoss)] = new() { MaxDailyLoss = 1m },
        [nameof(RiskLimits.MaxGroupDailyLoss)] = new() { MaxGroupDailyLoss = 1m },
        [nameof(RiskLimits.MaxOrdersPerMinute)] = new() { MaxOrdersPerMinute = 1 },
        [nameof(RiskLimits.MaxGroupOrdersPerMinute)] = new() { MaxGroupOrdersPerMinute = 1 },
        [nameof(RiskLimits.CooldownAfterLossS)] = new() { CooldownAfterLossS = 60 },
        [nameof(RiskLimits.Symbols)] = new() { Symbols = ["ETHUSDT"] },
        [nameof(RiskLimits.Blackouts)] = new() { Blackouts = [new() { From = 0, To = 0 }] },
    };

    private static TradeDecision Entry => Long() with { Entry = 99_000m, CreatedAt = Now - Late };

    private static TradeDecision Exit => Entry with { Action = TradeAction.Close, MarginUsd = 0m };

    private static IEnumerable<string> Limits =>
        typeof(RiskLimits).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.Name != "EqualityContract").Select(p => p.Name);

    [TestCaseSource(nameof(Limits))]
    public void Every_limit_refuses_the_entry_that_it_is_there_for_and_lets_the_exit_through(string limit)
    {
        Assert.That(Strict, Does.ContainKey(limit), "a new limit shows here that it holds no exit back");
        var gate = Limited(Strict[limit]);
        Assert.Multiple(() =>
        {
            Assert.That(Check(Entry, Losing(), Tick(observedAt: Now - Late)).Reason, Is.Null, "without the limit it would be taken");
            Assert.That(Check(Entry, Losing(), Tick(observedAt: Now - Late), gate: gate).Reason, Is.Not.Null);
            var exit = Check(Exit, Losing(), Tick(observedAt: Now - Late), gate: gate);
            Assert.That((exit.Reason, exit.Fill?.Qty), Is.EqualTo(((RejectionReason?)null, 1m)));
            Assert.That(AtVenue(Exit, Losing(), gate).Fill?.Qty, Is.EqualTo(1m));
        });
    }

    [Test]
    public void Limits_that_cannot_be_read_and_REDUCING_let_the_exit_through()
    {
        var unreadable = Control();
        unreadable.Limits = "nonsense";
        foreach (var gate in new[] { new Gate(Guid.Empty, Options, unreadable), new Gate(Guid.Empty, Options, Control(TradingState.Reducing)) })
        {
            Assert.That(Check(Entry, Losing(), gate: gate).Reason, Is.Not.Null);
            Assert.That(Check(Exit, Losing(), gate: gate).Fill?.Qty, Is.EqualTo(1m));
        }
    }

    [Test]
    public void What_a_person_held_back_is_no_limit_and_holds_the_exit_back_too()
    {
        foreach (var control in new[] { Control(TradingState.Halted), Control(mode: TradingMode.Stopped), Control(mode: TradingMode.Paused), Control(fence: Now) })
        {
            Assert.That(Check(Exit, Losing(), gate: new Gate(Guid.Empty, Options, control)).Reason, Is.Not.Null);
        }
    }

    [Test]
    public void An_exit_is_as_old_as_it_likes_until_its_senders_valid_until()
    {
        var old = Exit with { CreatedAt = Now.AddDays(-1) };
        Assert.That(Check(old, Losing()).Fill?.Qty, Is.EqualTo(1m));
        Assert.That(DecisionCheck.CheckForVenue(old, Now, Free, byCommand: false), Is.TypeOf<Verdict.AtVenue>());
        Assert.That(Check(old with { ValidUntil = Now.AddSeconds(-1) }, Losing()).Reason?.Code.Word, Is.EqualTo("DECISION_EXPIRED"));
        Assert.That(DecisionCheck.CheckForVenue(old with { ValidUntil = Now.AddSeconds(-1) }, Now, Free, byCommand: false).Reason?.Code.Word, Is.EqualTo("DECISION_EXPIRED"));
    }

    [Test]
    public void At_a_venue_an_exit_needs_no_price_of_ours_and_an_entry_does()
    {
        var check = new DecisionCheck(Instruments, Options, NoFeed);
        foreach (var tick in new[] { null, Tick(observedAt: Now.AddHours(-1)) })
        {
            var exit = check.Check(Exit, Losing(), tick, Now, Free, venue: TestDecisions.AtVenue);
            Assert.That((exit.Reason, exit.Fill?.Qty, exit is Verdict.Waiting), Is.EqualTo(((RejectionReason?)null, 1m, false)));
            Assert.That(check.Check(Entry, Losing(), tick, Now, Free, venue: TestDecisions.AtVenue).Reason?.Code.Word, Is.AnyOf("PRICE_MISSING", "PRICE_STALE"));
        }
    }

    [Test]
    public void Where_we_fill_an_exit_without_a_price_waits_and_one_with_nothing_to_close_does_not()
    {
        var check = new DecisionCheck(Instruments, Options, NoFeed);
        var waits = check.Check(Exit, Losing(), null, Now, Free);
        Assert.That((waits is Verdict.Waiting, waits.Fill, waits.Buy, waits.Qty, waits.Reason?.Code.Word), Is.EqualTo((true, (PlannedFill?)null, false, 1m, "WAITING_FOR_PRICE")));
        var nothing = check.Check(Exit, Rich, null, Now, Free);
        Assert.That((nothing is Verdict.Waiting, nothing.Reason?.Code.Word), Is.EqualTo((false, "NO_POSITION")));
    }

    [Test]
    public void An_exit_that_waits_is_closed_by_the_first_price_and_nothing_of_its_symbol_overtakes_it()
    {
        var books = new Books();
        books.Decide(Long() with { Qty = 1m });
        books.Time.Advance(Options.MaxPriceAge + Late);
        var exit = books.Decide(Exit with { CreatedAt = books.Time.GetUtcNow() });
        Assert.That((exit.Order.Status, exit.Order.ReasonCode, exit.Order.Side, exit.Fill), Is.EqualTo(("accepted", "WAITING_FOR_PRICE", "SELL", (Fill?)null)));
        Assert.That(OrderAnnouncements.Of(exit.Order) is { Terminal: false, Status: "accepted", Before: null }, Is.True);
        var waiting = books.Ledger.Exits.Waiting.Single();
        Assert.That(books.Decider.Settle(waiting, books.Ledger, SetOf()), Is.Null, "there is no price yet");

        // The price is there before what waits for it was looked at: a later decision of the symbol has none yet.
        books.Price(101_000m);
        Assert.That(books.Decide(Long() with { CreatedAt = books.Time.GetUtcNow() }).Order.ReasonCode, Is.EqualTo("PRICE_MISSING"));
        Assert.That(
            books.Decide(Long() with { GroupId = Guid.NewGuid(), CreatedAt = books.Time.GetUtcNow() }).Order.Status, Is.EqualTo("filled"),
            "another group waits for nothing");

        var settled = books.Decider.Settle(waiting, books.Ledger, SetOf())!.Value;
        Assert.Multiple(() =>
        {
            Assert.That((settled.Order.Id, settled.Order.Status, settled.Order.Qty, settled.Order.ReasonCode), Is.EqualTo((exit.Order.Id, "closed", 1m, (string?)null)));
            Assert.That(settled.Fill!.Price, Is.EqualTo(settled.Order.AvgPrice));
            Assert.That(books.Ledger.Held(Long().GroupId, "BTCUSDT"), Is.Zero);
            Assert.That((books.Ledger.Exits.Waiting.Count, books.Ledger.Exits.Settled.Count), Is.EqualTo((0, 1)));
        });
        Assert.That(books.Decide(Long() with { CreatedAt = books.Time.GetUtcNow() }).Order.Status, Is.EqualTo("filled"));
    }

    [Test]
    public void An_exit_that_waits_is_not_traded_after_its_valid_until_nor_after_a_person_held_its_group_back()
    {
        foreach (var (until, controls, code) in new[] { (Now.AddMinutes(1), SetOf(), "DECISION_EXPIRED"), ((DateTimeOffset?)null, SetOf(Control(TradingState.Halted)), "HALTED") })
        {
            var books = new Books();
            books.Decide(Long() with { Qty = 1m });
            books.Time.Advance(Options.MaxPriceAge + Late);
            books.Decide(Exit with { CreatedAt = books.Time.GetUtcNow(), ValidUntil = until });
            books.Time.Advance(TimeSpan.FromMinutes(2));
            var ended = books.Decider.Settle(books.Ledger.Exits.Waiting.Single(), books.Ledger, controls)!.Value;
            Assert.That((ended.Order.Status, ended.Order.ReasonCode, ended.Fill), Is.EqualTo(("rejected", code, (Fill?)null)));
            Assert.That(books.Ledger.Held(Long().GroupId, "BTCUSDT"), Is.EqualTo(1m));
        }
    }

    [Test]
    public void A_leg_that_was_reached_is_closed_however_strict_a_limit_on_the_prices_age_is()
    {
        var books = new Books();
        books.Decide(Long() with { Qty = 1m, StopLoss = 90_000m });
        var leg = books.Ledger.Protection.New.Single();
        var reached = Tick(89_000m, observedAt: books.Time.GetUtcNow());
        books.Time.Advance(Late);
        var strict = SetOf(Control(limits: Strict[nameof(RiskLimits.MaxPriceAgeS)]));
        Assert.That(books.Decider.Trigger(leg, reached, books.Ledger, strict)?.Outcome.Order.Status, Is.EqualTo("stopped"));
    }

    private static Verdict AtVenue(TradeDecision decision, AccountState account, Gate gate) =>
        new DecisionCheck(Instruments, Options, NoFeed).Check(decision, account, Tick(observedAt: Now - Late), Now, gate, venue: TestDecisions.AtVenue);

    /// <summary>Long 1, 100,000 down today, with a loss and an order a moment ago and one order open.</summary>
    private static AccountState Losing()
    {
        var (all, group) = (new RiskBook(), new RiskBook());
        group.Lost(Now);
        all.Orders.Add(Now);
        group.Orders.Add(Now);
        return new AccountState(1_000_000m, [new Exposure("BTCUSDT", 1m, 200_000m, 10m, 100_000m)]) { Account = all, Group = group, OpenOrders = 1 };
    }

    private sealed class Books
    {
        private readonly PriceBook _prices;
        private readonly Fences _fences = new();

        public Books()
        {
            _prices = new PriceBook(Instruments, Options, Time);
            Price(100_000m);
            Decider = new Decider(new DecisionCheck(Instruments, Options, NoFeed), _prices, Time);
        }

        public ManualTime Time { get; } = new(Now);

        public Decider Decider { get; }

        public Ledger Ledger { get; } = new(new Account { Id = Guid.NewGuid(), Name = "demo", Exchange = "simulated", Mode = "simulated", Balance = 1_000_000m }, []);

        public void Price(decimal price) => _prices.Update([Tick(price, observedAt: Time.GetUtcNow())]);

        public Outcome Decide(TradeDecision decision) => Decider.Decide(decision with { Id = Guid.NewGuid() }, Ledger, _fences, SetOf());
    }
}
