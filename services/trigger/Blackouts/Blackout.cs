using System.Text.Json;
using TradingSystem.Calendar;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Blackouts;

/// <summary>A blackout with its times.</summary>
/// <param name="Fault">Why this node cannot go by it, as with a zone that its machine lacks; null where it can.</param>
public sealed record Blackout(Guid Id, int Version, BlackoutDocument Document, TimeWindow? Window, string? Fault)
{
    /// <summary>One that cannot be read, as of a later version of this service, must not take the others with it.</summary>
    public static Blackout Of(BlackoutRow row)
    {
        try
        {
            var document = BlackoutJson.Read(row.Document);
            var (window, fault) = WindowOf(document);
            return new(row.Id, row.Version, document, window, fault);
        }
        catch (JsonException)
        {
            return new(row.Id, row.Version, new(row.Name, []), null, "this version of the service cannot read what it is") { IsUnderstood = false };
        }
    }

    /// <summary>False where nothing is known of it but its name.</summary>
    public bool IsUnderstood { get; private init; } = true;

    /// <summary>Whether it mutes a group of these words when it is on.</summary>
    public bool Mutes(string group, string market, string symbol) => Document.IsMuting && TargetSelector.Matches(Document.Targets, group, market, symbol);

    /// <summary>What execution is to hold by it; null where it holds nothing.</summary>
    /// <param name="row">Its row.</param>
    public EntryHold? HoldOf(BlackoutRow row) => !Document.IsHolding ? null : new()
    {
        Id = Id,
        Version = Version,
        Name = Document.Name,
        Targets = Document.Targets,
        From = Document.From,
        Until = Document.Until,
        Cron = Document.Cron,
        Zone = Document.Zone,
        ForS = Document.ForS,
        ChangedBy = row.Actor,
        ChangedAt = row.ChangedAt,
    };

    private static (TimeWindow? Window, string? Fault) WindowOf(BlackoutDocument document)
    {
        if (document is { From: { } from, Until: { } until })
        {
            return (TimeWindow.Once(from, until), null);
        }

        return CronCalendar.TryRead(document.Cron ?? "", document.Zone ?? "", out var calendar, out _, out var rule)
            ? (TimeWindow.Each(calendar, TimeSpan.FromSeconds(document.ForS ?? 0)), null)
            : (null, rule);
    }
}
