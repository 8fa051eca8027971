using System.Text.RegularExpressions;
using TradingSystem.Calendar;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Trigger.Blackouts;

/// <summary>Reads what somebody wants a blackout to be and fails what breaks a rule by the path of its field, all of it at once.</summary>
public static partial class BlackoutReader
{
    private const int ShortestS = 60;
    private const int LongestS = 7 * 86_400;
    private const int LongestReason = 500;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);
    private static readonly string[] Fields = BodyShape.FieldsOf<BlackoutDocument>();
    private static readonly string[] OfOnce = ["from", "until"];
    private static readonly string[] OfCalendar = ["cron", "zone", "for_s"];

    public static BlackoutDocument Read(FieldReader fields, DateTimeOffset now)
    {
        fields.OnlyKnown(Fields);
        var name = fields.Line("name", 60, 1, required: true);
        if (name is not null && !Label().IsMatch(name))
        {
            fields.Fail("name", "small letters, digits and _ only, beginning with a letter", name);
        }

        var read = new BlackoutDocument(
            name ?? "",
            fields.Texts("targets", 1, FieldLimits.Items, FieldLimits.Label, required: true),
            fields.Flag("enabled"),
            fields.Flag("mutes"),
            fields.Flag("holds_entries"),
            fields.Line("reason", LongestReason, 1),
            fields.Time("from"),
            fields.Time("until"),
            fields.Line("cron", FieldLimits.Cron, 1),
            fields.Line("zone", FieldLimits.Zone, 1),
            fields.Whole("for_s", ShortestS, LongestS));
        if (read is { Mutes: false } and not { HoldsEntries: true })
        {
            fields.Fail("mutes", "true where holds_entries is not: it would do nothing", "false");
        }

        Targets(fields, read);
        Times(fields, read, now);
        return read;
    }

    private static void Targets(FieldReader fields, BlackoutDocument read)
    {
        for (var i = 0; i < read.Targets.Count; i++)
        {
            var target = read.Targets[i];
            if (ControlCharacters.First(target) is { } got)
            {
                fields.Fail($"targets[{i}]", ControlCharacters.Rule, got);
            }
            else if (!TargetSelector.IsSelector(target) && !GroupLabels.Label().IsMatch(target))
            {
                // No group can have this name: it would address nobody, unseen.
                fields.Fail($"targets[{i}]", "*, a group's name, symbol:… or market:…", target);
            }
            else if (target.EndsWith(':'))
            {
                fields.Fail($"targets[{i}]", "a selector with something behind its colon", target);
            }
            else if (read.HoldsEntries == true && TargetSelector.IsMarket(target))
            {
                fields.Fail($"targets[{i}]", "*, a group's name or symbol:… where entries are held: an order says no market", target);
            }
        }
    }

    private static void Times(FieldReader fields, BlackoutDocument read, DateTimeOffset now)
    {
        var (once, calendar) = (OfOnce.Where(fields.Has).ToList(), OfCalendar.Where(fields.Has).ToList());
        if (once.Count > 0 == calendar.Count > 0)
        {
            fields.Fail(once.Count > 0 ? calendar[0] : "from", "either from and until, or cron, zone and for_s", once.Count > 0 ? "both" : "nothing");
            return;
        }

        foreach (var missing in (once.Count > 0 ? OfOnce : OfCalendar).Except(once).Except(calendar))
        {
            fields.Fail(missing, $"required with {(once.Count > 0 ? once[0] : calendar[0])}", "nothing");
        }

        if (read is { From: { } from, Until: { } until })
        {
            if (until <= from || until - from > Longest)
            {
                fields.Fail("until", $"later than from, and at most {Longest.TotalDays} days");
            }
            else if (until <= now)
            {
                fields.Fail("until", "in the future");
            }
        }

        if (read is { Cron: { } cron, Zone: { } zone } && !CronCalendar.TryRead(cron, zone, out _, out var isCron, out var rule))
        {
            fields.Fail(isCron ? "cron" : "zone", rule, isCron ? cron : zone);
        }
    }

    [GeneratedRegex(@"^[a-z][a-z0-9_]*\z")]
    private static partial Regex Label();
}
