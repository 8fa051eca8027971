using TradingSystem.Execution.Settings;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>How long the desk waits for what.</summary>
/// <param name="SendDeadline">After it no request that was begun can still leave.</param>
/// <param name="ProofAfter">What the venue does not know so long after that, it never had: its receive window and two seconds.</param>
public sealed record DeskTerms(TimeSpan SendDeadline, TimeSpan ProofAfter, TimeSpan MaxDecisionAge)
{
    /// <summary>Requests of one order at most, each after the one before certainly failed.</summary>
    public const int MostSends = 3;

    /// <summary>Requests of one order of which the first had an unknown outcome: one more, after its absence is proven.</summary>
    public const int MostAfterUnknown = 2;

    /// <summary>Between two questions that must both be answered with "no such order".</summary>
    public static readonly TimeSpan BetweenProofs = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    /// <summary>Unknown for so long is held for a person.</summary>
    public TimeSpan HeldAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>When an unknown outcome is asked for, from when it became unknown.</summary>
    public IReadOnlyList<TimeSpan> Looks { get; init; } =
        [TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10)];

    /// <summary>Pause between looks after the last of <see cref="Looks"/>.</summary>
    public TimeSpan LaterLooks { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>When an order that the venue has is asked for, should its stream say nothing; it doubles up to <see cref="LaterLooks"/>.</summary>
    public TimeSpan FirstLook { get; init; } = TimeSpan.FromMilliseconds(300);

    public TimeSpan PauseAfterRefusal { get; init; } = TimeSpan.FromMilliseconds(500);

    public static DeskTerms Of(VenueOptions venues, ExecutionOptions options) => new(
        venues.OrderDeadline + venues.OrderQueueWait + TimeSpan.FromSeconds(1), venues.RecvWindow + Margin, options.MaxDecisionAge);

    public DateTimeOffset NextLook(DateTimeOffset unknownAt, int checks, DateTimeOffset now)
    {
        var planned = checks < Looks.Count ? unknownAt + Looks[checks] : now + LaterLooks;
        var proof = unknownAt + ProofAfter;
        planned = planned > now ? planned : now + BetweenProofs;
        return now < proof && planned > proof ? proof : planned;
    }
}
