namespace TradingSystem.Execution.Limits;

/// <summary>
/// What the limits remember of an account, or of a group's part of it: where the UTC day began and when it last lost.
/// <c>GroupId</c> is empty for the account itself. <c>DayBegan</c> is the realised PnL less fees, of all time, at the day's beginning.
/// </summary>
public sealed class RiskBook
{
    public Guid AccountId { get; init; }

    public Guid GroupId { get; init; }

    public DateOnly Day { get; private set; }

    public decimal DayBegan { get; private set; }

    public DateTimeOffset? LastLossAt { get; private set; }

    /// <summary>Not in the table: read from the orders of the last minute.</summary>
    public RateWindow Orders { get; } = new();

    /// <summary>Differs from the table.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>To be called before anything of a new day is booked.</summary>
    /// <param name="net">Realised PnL less fees, of all time.</param>
    public void Begin(DateOnly day, decimal net)
    {
        if (day > Day)
        {
            (Day, DayBegan, IsChanged) = (day, net, true);
        }
    }

    public void Lost(DateTimeOffset at) => (LastLossAt, IsChanged) = (at, true);

    public void Saved() => IsChanged = false;

    /// <summary>As the table has it, without the columns' padding.</summary>
    public void Plain() => DayBegan = TradingSystem.Execution.Orders.OrderAnnouncements.Plain(DayBegan);
}
