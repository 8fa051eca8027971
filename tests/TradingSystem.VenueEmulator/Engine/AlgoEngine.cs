using TradingSystem.VenueEmulator.Faults;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Engine;

/// <summary>Orders that wait for a price, and what happens to them with their position.</summary>
public sealed class AlgoEngine(Exchange exchange)
{
    private const int MostOpenAlgos = 10;

    public static Algo? AlgoById(Account account, string? id) => id is { Length: > 0 } ? account.Algos.GetValueOrDefault(id) : null;

    public static Algo? AlgoByClient(Account account, string? clientId) =>
        clientId is { Length: > 0 } && account.AlgosOf(clientId) is { Count: > 0 } algos ? algos.FirstOrDefault(a => a.IsOpen) ?? algos[^1] : null;

    public Outcome<Algo> PlaceAlgo(Account account, AlgoSpec algo)
    {
        if (CheckAlgo(account, algo) is { } refusal)
        {
            return refusal;
        }

        return AcceptAlgo(account, algo);
    }

    public Refusal? CancelAlgo(Account account, Algo algo, string reason = "user")
    {
        if (!algo.IsOpen)
        {
            return new Refusal(Reason.AlreadyEnded);
        }

        Change(account, algo, AlgoState.Canceled, reason);
        return null;
    }

    /// <summary>How the market stands to a leg: met, or not yet.</summary>
    public bool IsMet(VenueKind venue, string symbol, Leg leg)
    {
        var price = exchange.QuoteOf(venue, symbol).Last;
        return leg.WhenAbove ? price >= leg.TriggerPrice : price <= leg.TriggerPrice;
    }

    private Algo AcceptAlgo(Account account, AlgoSpec algo)
    {
        var spec = algo with { Id = exchange.NewId(account.Venue) };
        exchange.Emit(new AlgoAccepted(account.Id, exchange.Now(account.Venue), spec));
        var accepted = account.Algos[spec.Id];
        exchange.Tell(account, accepted);
        return accepted;
    }

    private Refusal? CheckAlgo(Account account, AlgoSpec algo)
    {
        var instrument = Instruments.Find(account.Venue, algo.Symbol)!;
        var taken = account.Venue == VenueKind.Bybit
            ? account.AlgosOf(algo.ClientId).Count > 0 || account.OrdersOf(algo.ClientId).Count > 0
            : account.AlgosOf(algo.ClientId).Any(a => a.IsOpen);
        if (taken)
        {
            return new Refusal(Reason.DuplicateClientId);
        }

        if (account.Hedge == (algo.PositionSide == PositionSide.Net))
        {
            return new Refusal(Reason.PositionSideMismatch);
        }

        if (algo.Qty is { } qty && (qty < instrument.MinQty || !Instruments.OnGrid(qty, instrument.Step)))
        {
            return new Refusal(qty < instrument.MinQty ? Reason.QtyTooSmall : Reason.QtyStep, Number.Text(instrument.MinQty));
        }

        if (algo.Legs.Any(l => l.TriggerPrice <= 0m || !Instruments.OnGrid(l.TriggerPrice, instrument.Tick)))
        {
            return new Refusal(Reason.PriceTick);
        }

        if (account.OpenAlgos.Count(a => a.Spec.Symbol == algo.Symbol) >= MostOpenAlgos)
        {
            return new Refusal(Reason.TooManyAlgos);
        }

        return algo.Legs.FirstOrDefault(l => IsMet(account.Venue, algo.Symbol, l)) is { } leg ? new Refusal(Reason.WouldTriggerNow, leg.Kind.ToString()) : null;
    }

    internal void Trigger(Account account, string symbol)
    {
        foreach (var algo in account.OpenAlgos.Where(a => a.Spec.Symbol == symbol && a.State == AlgoState.Waiting).ToList())
        {
            // An earlier one may have closed the position and ended this one.
            if (algo.IsOpen && algo.Spec.Legs.FirstOrDefault(l => IsMet(account.Venue, symbol, l)) is { } leg)
            {
                Fire(account, algo, leg);
            }
        }
    }

    private void Fire(Account account, Algo algo, Leg leg)
    {
        var spec = algo.Spec;
        if (exchange.Faults.Strike(account.Venue, account.Key, Operation.Protect, "", FaultKind.StuckTrigger) is not null)
        {
            Change(account, algo, AlgoState.Triggering, "", null, leg.Kind);
            return;
        }

        var key = account.KeyOf(spec);
        var reducible = OrderRules.Reducible(account, key, spec.Side);
        var reduces = spec.ReduceOnly || spec.ClosePosition || spec.PositionSide != PositionSide.Net;
        if (reduces && reducible == 0m)
        {
            Change(account, algo, AlgoState.Rejected, "reduce_only", null, leg.Kind);
            return;
        }

        var margin = spec.Margin.Length > 0 ? spec.Margin : account.MarginOf(spec.Symbol);
        var (id, clientId) = account.Venue switch
        {
            VenueKind.Bybit => (spec.Id, spec.ClientId),
            VenueKind.Binance => (exchange.NewId(account.Venue), spec.ClientId),
            _ => (exchange.NewId(account.Venue), ""),
        };
        var child = new OrderSpec(
            id, clientId, spec.Symbol, spec.Side, spec.PositionSide, OrderKind.Market, spec.Qty ?? reducible, null,
            spec.ReduceOnly, spec.ClosePosition, margin, account.LeverageOf(spec.Symbol, margin, spec.PositionSide), Origin.Algo)
        {
            AlgoId = spec.Id,
            AlgoClientId = spec.ClientId,
            Leg = leg.Kind,
            TriggerPrice = leg.TriggerPrice,
        };
        if (!reduces && exchange.Rules.Required(account, child) > exchange.Rules.Available(account))
        {
            Change(account, algo, AlgoState.Rejected, "margin", null, leg.Kind);
            return;
        }

        Change(account, algo, AlgoState.Triggered, "", child.Id, leg.Kind);
        exchange.Orders.Accept(account, child);
    }

    private void Change(Account account, Algo algo, AlgoState state, string reason, string? child = null, LegKind? leg = null)
    {
        exchange.Emit(new AlgoChanged(account.Id, exchange.Now(account.Venue), algo.Spec.Id, state, reason, child, leg));
        exchange.Tell(account, algo);
    }

    internal void FinishParent(Account account, Order order)
    {
        if (order.Spec.AlgoId is { } id && account.Algos.TryGetValue(id, out var algo) && algo.State == AlgoState.Triggered)
        {
            Change(account, algo, AlgoState.Finished, "");
        }
    }

    /// <summary>Bybit: stop-loss and take-profit as properties of a position; each kind replaces the one before, price 0 removes it.</summary>
    public bool SetPositionStops(Account account, PositionKey key, IReadOnlyList<Leg> legs)
    {
        var changed = false;
        foreach (var leg in legs)
        {
            var old = account.OpenAlgos.FirstOrDefault(a => a.Spec.OfPosition && account.KeyOf(a.Spec) == key && a.Spec.Legs[0].Kind == leg.Kind);
            if (old is null ? leg.TriggerPrice == 0m : old.Spec.Legs[0] == leg)
            {
                continue;
            }

            changed = true;
            if (old is not null)
            {
                Change(account, old, AlgoState.Canceled, "replaced");
            }

            if (leg.TriggerPrice != 0m)
            {
                var side = account.PositionOf(key).Qty > 0m ? Side.Sell : Side.Buy;
                AcceptAlgo(account, new AlgoSpec("", "", key.Symbol, side, key.Side, null, [leg], true, true, "") { OfPosition = true, EndsWithPosition = true });
            }
        }

        return changed;
    }

    internal void EndWithPosition(Account account, PositionKey key)
    {
        foreach (var algo in account.OpenAlgos.Where(a => a.Spec.EndsWithPosition && account.KeyOf(a.Spec) == key).ToList())
        {
            Change(account, algo, AlgoState.Canceled, "position_closed");
        }
    }
}
