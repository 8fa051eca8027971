using TradingSystem.Contracts.Bus;

namespace TradingSystem.Execution.Limits;

/// <summary>Outcome of a check: one of the records in it, and nothing else.</summary>
public abstract record Verdict
{
    private Verdict()
    {
    }

    /// <summary>Side of the order that it is about; null where there is none.</summary>
    public bool? Buy { get; init; }

    /// <summary>Base asset; 0 where nothing was sized.</summary>
    public decimal Qty { get; init; }

    /// <summary>Why the group may only reduce from now on, null where nothing changes.</summary>
    public RejectionReason? Trip { get; init; }

    /// <summary>Only of <see cref="Filled"/>.</summary>
    public virtual PlannedFill? Fill => null;

    /// <summary>Only of <see cref="Filled"/>: the legs that the position is to have, null for none.</summary>
    public virtual AskedProtection? Protection => null;

    /// <summary>Of <see cref="Refused"/> and of <see cref="Waiting"/>.</summary>
    public virtual RejectionReason? Reason => null;

    /// <summary>It asks for nothing and is kept.</summary>
    public sealed record Recorded : Verdict;

    public sealed record Refused(RejectionReason Why) : Verdict
    {
        public override RejectionReason Reason => Why;
    }

    public sealed record Filled(PlannedFill Planned, AskedProtection? Legs = null) : Verdict
    {
        public override PlannedFill Fill => Planned;

        public override AskedProtection? Protection => Legs;
    }

    /// <summary>An exit that is filled as soon as there is a price. It is no refusal.</summary>
    public sealed record Waiting(RejectionReason For) : Verdict
    {
        public override RejectionReason Reason => For;
    }

    /// <summary>It goes to a venue, where the rest is checked.</summary>
    public sealed record AtVenue : Verdict;
}
