namespace TradingSystem.Contracts.Wire.Frames;

/// <summary>
/// When a <c>scheduled</c> event is raised: once at <c>TriggerAt</c>, or by <c>Cron</c> on the clocks of <c>Zone</c>; exactly one of both is there.
/// Whether the expression and the zone mean anything is not known here.
/// </summary>
public sealed record ScheduleTerms(DateTimeOffset? TriggerAt, CronTerms? Cron);

/// <summary>
/// <c>Late</c> is one of <see cref="LatePolicies"/>, <c>WithinS</c> how many seconds late an occurrence may be raised at most, <c>Overlap</c> one of
/// <see cref="OverlapPolicies"/>; none falls due behind <c>Until</c>.
/// </summary>
public sealed record CronTerms(string Cron, string Zone, string Late, int WithinS, string Overlap, DateTimeOffset? Until)
{
    /// <summary>Where none is named.</summary>
    public const string DefaultZone = "UTC";
}

/// <summary>What a <c>conditional</c> event waits for: a price that compares so (one of <see cref="ComparisonWords"/>) with <c>Value</c>.</summary>
public sealed record PriceTerms(string Symbol, string Op, decimal Value);
