using Microsoft.EntityFrameworkCore;
using Npgsql;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Rules;

/// <summary>The rules that a new database begins with, so that a newcomer sees the system work. From then on they are like any other.</summary>
public static class FirstRules
{
    /// <summary>Who is said to have written them.</summary>
    public const string Actor = "system";

    private static readonly (Guid Id, Func<IReadOnlyList<string>, RuleDocument> Rule)[] All =
    [
        (new("b6f0d0b7-6f0a-5d0f-9a55-0f2b6f3c1a01"), EmaCross),
        (new("b6f0d0b7-6f0a-5d0f-9a55-0f2b6f3c1a02"), PriceMove),
    ];

    public static RuleDocument EmaCross(IReadOnlyList<string> symbols) => new(
        "ema_cross",
        symbols,
        new(Left: Ema(8), Op: RuleWords.Crosses, Right: Ema(21)),
        "{{ symbol }} EMA 8/21 crossed {{ direction }} at {{ price }}",
        "The fast average of closes crosses the slow one.",
        CooldownS: 20);

    public static RuleDocument PriceMove(IReadOnlyList<string> symbols) => new(
        "price_move",
        symbols,
        new(Left: new(Candle: "close"), Op: RuleWords.Moves, ByPct: 0.5m, WithinS: 300),
        "{{ symbol }} moved {{ direction }} {{ change_bps | abs | round: 1 }} bps to {{ price }}",
        "The close is half a per cent away from the lowest or highest of five minutes.",
        CooldownS: 20);

    /// <summary>Writes them where there never was a rule; one that was deleted does not come back.</summary>
    public static async Task WriteAsync(TriggerDb db, RuleOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await db.RuleVersions.AnyAsync(cancellationToken))
        {
            return;
        }

        var (now, symbols) = (time.GetUtcNow(), options.Symbols.Split(','));
        foreach (var (id, make) in All)
        {
            var rule = make(symbols);
            db.Rules.Add(new() { Id = id, Name = rule.Name, Version = 1, CreatedAt = now });
            db.RuleVersions.Add(new() { RuleId = id, Version = 1, Document = RuleJson.Write(rule), Actor = Actor, CreatedAt = now });
        }

        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            // Another node began at the same moment.
        }
    }

    private static RuleOperand Ema(int period) => new(Indicator: "ema", Parameters: new Dictionary<string, decimal> { ["period"] = period });
}
