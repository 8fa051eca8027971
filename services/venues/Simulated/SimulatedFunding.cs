using System.Globalization;

namespace TradingSystem.Venues.Simulated;

/// <summary>Funding is paid at its times, for the positions that are held then.</summary>
internal sealed class SimulatedFunding(ExchangeRun run, SimulatedLiquidation liquidation)
{
    /// <summary>At the mark price before the one that is coming: that is the one that stood at the settlement.</summary>
    public void Settle(string symbol)
    {
        var market = run.State.Market(symbol)!;
        var interval = market.Terms.FundingInterval;
        if (interval == TimeSpan.Zero)
        {
            return;
        }

        while (market.NextFunding is { } due && due <= run.State.Now)
        {
            if (run.State.Positions.Any(p => p.Symbol == symbol))
            {
                run.State = run.State.With(market with { NextFunding = due + interval });
                Pay(symbol, due);
                liquidation.WhatIsUnder(symbol);
                market = run.State.Market(symbol)!;
            }
            else
            {
                market = market with { NextFunding = After(run.State.Now, interval) };
            }
        }

        run.State = run.State.With(market with { NextFunding = market.NextFunding ?? After(run.State.Now, interval) });
    }

    private static DateTimeOffset After(DateTimeOffset now, TimeSpan interval) => new(((now.UtcTicks / interval.Ticks) + 1) * interval.Ticks, TimeSpan.Zero);

    private void Pay(string symbol, DateTimeOffset due)
    {
        var market = run.State.Market(symbol)!;
        foreach (var position in run.State.Positions.Where(p => p.Symbol == symbol).ToArray())
        {
            var amount = decimal.Round(-position.Quantity * market.MarkPrice * market.Terms.FundingRate, SimulatedPosition.Places, MidpointRounding.ToNegativeInfinity);
            if (amount == 0m)
            {
                continue;
            }

            var id = run.NextId().ToString(CultureInfo.InvariantCulture);
            var margin = run.State.MarginMode == MarginMode.Isolated ? position.Margin + amount : position.Margin;
            run.State = run.State.With(position with { Margin = margin }) with { Balance = run.State.Balance + amount, Funding = run.State.Funding + amount };
            run.Events.Add(new FundingSettled(new(symbol, id, amount, due), market.Terms.FundingRate, market.MarkPrice, run.State.Now));
            run.TellBalance();
        }
    }
}
