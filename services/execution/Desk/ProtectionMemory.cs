using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// What the desk keeps in mind of the account's protection between two looks: whether there is any, when to look, which legs were refused a
/// moment ago and which triggers the price was beyond.
/// </summary>
internal sealed class ProtectionMemory
{
    private static readonly TimeSpan LegPause = TimeSpan.FromSeconds(1);

    // The way out that was refused is tried again, but the venue is not flooded with it.
    private static readonly TimeSpan FlattenPause = TimeSpan.FromSeconds(5);

    private readonly Dictionary<(Guid Group, string Symbol, string Leg), DateTimeOffset> _refused = [];

    // Triggers that the price was beyond when their leg came to the venue; only as long as they are still what the position is to have.
    private readonly Dictionary<(Guid Group, string Symbol, string Leg), decimal> _beyond = [];

    /// <summary>There may be something to protect; false spares the tables.</summary>
    public bool MayHaveSome { get; set; } = true;

    public DateTimeOffset DueAt { get; set; }

    /// <summary>Something about it changed: it is looked at with the next beat.</summary>
    public void Look() => (MayHaveSome, DueAt) = (true, default);

    public void Refused(Guid group, string symbol, string leg, DateTimeOffset now) =>
        _refused[(group, symbol, leg)] = now + (leg == DeskLegs.Flatten ? FlattenPause : LegPause);

    /// <summary>Such a leg was refused a moment ago.</summary>
    public bool WasRefused(Guid group, string symbol, string leg, DateTimeOffset now) => _refused.GetValueOrDefault((group, symbol, leg)) > now;

    /// <summary>What the position has next does not wait for what was refused.</summary>
    public void ForgetRefusals(Guid group, string symbol)
    {
        _refused.Remove((group, symbol, DeskLegs.StopLoss));
        _refused.Remove((group, symbol, DeskLegs.TakeProfit));
    }

    /// <summary>The price was beyond a leg's trigger when it came to the venue: what it would have done is done now.</summary>
    public void Beyond(Guid group, string symbol, string leg, decimal trigger) => _beyond[(group, symbol, leg)] = trigger;

    public bool IsBeyond(Guid group, string symbol, string leg, decimal trigger) => _beyond.TryGetValue((group, symbol, leg), out var beyond) && beyond == trigger;

    /// <summary>The position is gone, and with it what the price was beyond.</summary>
    public void ForgetBeyond(Guid group, string symbol)
    {
        _beyond.Remove((group, symbol, DeskLegs.StopLoss));
        _beyond.Remove((group, symbol, DeskLegs.TakeProfit));
    }
}
