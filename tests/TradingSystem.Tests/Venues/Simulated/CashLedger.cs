using NUnit.Framework;
using TradingSystem.Venues;
using TradingSystem.Venues.Simulated;

namespace TradingSystem.Tests.Venues.Simulated;

/// <summary>
/// The other bookkeeping: no entry price, no realised PnL, only what went over the counter. It takes nothing from the exchange but
/// which fills there were, and computes fees and funding by itself.
/// </summary>
internal sealed class CashLedger(ExchangeTerms terms, decimal paidIn)
{
    private readonly Dictionary<(string Symbol, PositionSide? Side), decimal> _held = [];
    private readonly HashSet<string> _liquidations = [];

    public decimal Cash { get; private set; } = paidIn;

    public decimal Fees { get; private set; }

    public decimal Funding { get; private set; }

    public decimal Covered { get; private set; }

    public decimal Held(PositionSide? side = null) => _held.GetValueOrDefault((TestExchanges.Btc, side));

    public bool IsFlat => _held.Values.All(q => q == 0m);

    /// <summary>Cash and the positions at their prices.</summary>
    public decimal Worth(ExchangeState state) => Cash + _held.Sum(h => h.Value * state.Market(h.Key.Symbol)!.MarkPrice);

    public void Read(IEnumerable<VenueEvent> events)
    {
        foreach (var happened in events)
        {
            switch (happened)
            {
                case OrderChanged { Order: { ClientId: null } order }:
                    _liquidations.Add(order.VenueId);
                    break;
                case FillSeen { Fill: var fill }:
                    Read(fill);
                    break;
                case PositionLiquidated liquidated:
                    Covered += liquidated.Covered;
                    Cash += liquidated.Covered;
                    break;
            }
        }
    }

    /// <summary>Long pays short; both lose what does not fit eight places.</summary>
    public void Settle(string symbol, PositionSide? side, decimal mark, decimal rate)
    {
        var paid = _held.GetValueOrDefault((symbol, side)) * mark * rate;
        var scaled = paid * 100_000_000m;
        var rounded = decimal.Ceiling(scaled) / 100_000_000m;
        Funding -= rounded;
        Cash -= rounded;
    }

    public void AgreesWith(ExchangeState state)
    {
        foreach (var (key, quantity) in _held)
        {
            Assert.That(state.Position(key.Symbol, key.Side).Quantity, Is.EqualTo(quantity));
        }

        Assert.That(MarginMath.Equity(state), Is.EqualTo(Worth(state)), "equity is cash and what is held at its price");
        Assert.That((state.Fees, state.Funding, state.Insured), Is.EqualTo((Fees, Funding, Covered)));
        if (IsFlat)
        {
            Assert.That(state.Balance, Is.EqualTo(Cash), "nothing is held, so the balance is the cash");
        }
    }

    private void Read(VenueFill fill)
    {
        var key = (fill.Symbol, fill.PositionSide);
        var signed = fill.Side == OrderSide.Buy ? fill.Quantity : -fill.Quantity;
        var bps = _liquidations.Contains(fill.VenueOrderId) ? terms.LiquidationFeeBps : fill.IsMaker == true ? terms.MakerFeeBps : terms.TakerFeeBps;
        var fee = decimal.Ceiling(fill.Quantity * fill.Price * bps * 10_000m) / 100_000_000m;
        _held[key] = _held.GetValueOrDefault(key) + signed;
        Cash -= (signed * fill.Price) + fee;
        Fees += fee;
    }
}
