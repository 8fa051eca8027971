namespace TradingSystem.VenueEmulator.Engine;

/// <summary>Leverage, margin mode, position mode and countdowns.</summary>
public sealed class SettingsEngine(Exchange exchange)
{
    public Refusal? SetLeverage(Account account, Instrument instrument, string margin, PositionSide side, decimal leverage)
    {
        if (leverage < 1m || leverage > instrument.MaxLeverage)
        {
            return new Refusal(Reason.Leverage);
        }

        if (account.LeverageOf(instrument.Symbol, margin, side) == leverage)
        {
            return new Refusal(Reason.Unchanged);
        }

        exchange.Emit(new LeverageChanged(account.Id, exchange.Now(account.Venue), instrument.Symbol, margin, side, leverage));
        return null;
    }

    /// <summary>An empty symbol is the whole account.</summary>
    public Refusal? SetMargin(Account account, string symbol, string margin)
    {
        if (account.MarginOf(symbol) == margin)
        {
            return new Refusal(Reason.Unchanged);
        }

        if (Busy(account, symbol) is { } busy)
        {
            return busy;
        }

        exchange.Emit(new MarginChanged(account.Id, exchange.Now(account.Venue), symbol, margin));
        return null;
    }

    public Refusal? SetHedge(Account account, bool hedge)
    {
        if (account.Hedge == hedge)
        {
            return new Refusal(Reason.Unchanged);
        }

        if (Busy(account, "") is { } busy)
        {
            return busy;
        }

        exchange.Emit(new HedgeChanged(account.Id, exchange.Now(account.Venue), hedge));
        return null;
    }

    /// <summary>Zero stops it; when it runs out the open orders go, algo orders stay.</summary>
    public void Countdown(Account account, string symbol, TimeSpan time)
    {
        if (time == TimeSpan.Zero)
        {
            if (account.Countdowns.ContainsKey(symbol))
            {
                exchange.Emit(new CountdownSet(account.Id, exchange.Now(account.Venue), symbol, null));
            }

            return;
        }

        exchange.Emit(new CountdownSet(account.Id, exchange.Now(account.Venue), symbol, exchange.Time.GetUtcNow() + time));
        WatchCountdown(account, symbol);
    }

    /// <summary>As if the time of every countdown had passed.</summary>
    public int RunOutCountdowns(Account account)
    {
        var symbols = account.Countdowns.Keys.ToList();
        symbols.ForEach(s => RunOut(account, s));
        return symbols.Count;
    }

    internal void WatchCountdown(Account account, string symbol)
    {
        var until = account.Countdowns[symbol];
        exchange.After(until - exchange.Time.GetUtcNow(), () =>
        {
            // It may have been started anew or stopped meanwhile.
            if (!account.Countdowns.TryGetValue(symbol, out var current) || current != until)
            {
                return;
            }

            if (exchange.Time.GetUtcNow() < until)
            {
                WatchCountdown(account, symbol);
                return;
            }

            RunOut(account, symbol);
        });
    }

    private void RunOut(Account account, string symbol)
    {
        exchange.Emit(new CountdownSet(account.Id, exchange.Now(account.Venue), symbol, null));
        foreach (var order in account.OpenOrders.Where(o => symbol.Length == 0 || o.Spec.Symbol == symbol).ToList())
        {
            exchange.Orders.Cancel(account, order, "countdown", byClient: false);
        }
    }

    private static Refusal? Busy(Account account, string symbol) =>
        account.OpenPositions.Any(p => symbol.Length == 0 || p.Key.Symbol == symbol) ? new Refusal(Reason.OpenPosition)
        : account.OpenOrders.Any(o => symbol.Length == 0 || o.Spec.Symbol == symbol)
            || account.OpenAlgos.Any(a => symbol.Length == 0 || a.Spec.Symbol == symbol) ? new Refusal(Reason.OpenOrders)
        : null;
}
