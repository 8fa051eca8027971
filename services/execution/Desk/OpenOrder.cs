using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;

namespace TradingSystem.Execution.Desk;

/// <summary>Somebody wants an order gone.</summary>
/// <param name="Reason">Why, as a code of <see cref="Refusals"/>; null when a person or a command asked.</param>
internal readonly record struct CancelWish(DateTimeOffset At, string? Reason);

/// <summary>
/// An order that is not done, as it was saved last, with what the desk itself keeps of it between two savings. The row is never changed here:
/// every change is made of the row in a transaction, and what that saved takes this one's place.
/// </summary>
internal sealed class OpenOrder
{
    private TradeDecision? _decision;
    private int _looks;

    /// <param name="row">As it was saved or read; nobody changes it any more.</param>
    /// <param name="before">What was kept of the order before that.</param>
    /// <param name="decision">What the row's text says, where that is known; null to read it when it is first asked for.</param>
    public OpenOrder(DeskOrder row, OpenOrder? before = null, TradeDecision? decision = null)
    {
        (Row, CheckAt, _looks) = (row, row.CheckAt, row.Checks);
        Wish = WishOf(row) ?? before?.Wish;
        CancelAgainAt = before?.CancelAgainAt ?? default;
        _decision = before is not null && before.Row.Decision == row.Decision ? before._decision : decision;
    }

    /// <summary>As it is in the table, which has what the machine knows of it.</summary>
    public DeskOrder Row { get; }

    /// <summary>When to look at it next.</summary>
    public DateTimeOffset CheckAt { get; private set; }

    /// <summary>Null while nobody wants it gone. One that is not in the table yet gets there with the order's next change.</summary>
    public CancelWish? Wish { get; private set; }

    /// <summary>Until then the venue is not asked again to cancel it.</summary>
    public DateTimeOffset CancelAgainAt { get; set; }

    /// <summary>The row's decision, read once; null for what no decision asked for by itself.</summary>
    public TradeDecision? Decision => _decision ??= Row.Decision is { } text ? DeskJson.ReadDecision(text) : null;

    public string ClientId => Row.ClientId;

    public string Symbol => Row.Symbol;

    public Guid GroupId => Row.GroupId;

    public string Leg => Row.Leg;

    public string State => Row.State;

    public long Seq => Row.Seq;

    /// <summary>What it still has to fill, in the base asset.</summary>
    public decimal Left => Row.Qty - Row.Filled;

    /// <summary>It waits for its trigger at the venue, and nothing of it has happened.</summary>
    public bool Guards => Row is { State: DeskStates.Working, Filled: 0m, TriggeredOrderId: null } && !ReasonCodes.Triggering.Is(Row.ReasonCode);

    public void LookAt(DateTimeOffset at) => CheckAt = at;

    /// <summary>Looked at and as expected: the next look is later.</summary>
    public void Seen(DeskMachine machine, DateTimeOffset now)
    {
        _looks++;
        CheckAt = now + machine.Later(_looks);
    }

    /// <summary>Wants it gone; the first wish holds.</summary>
    public void Cancel(DateTimeOffset at, ReasonCode? reason = null) => Wish ??= new(at, reason?.Word);

    /// <summary>The table knows of a wish that came from elsewhere.</summary>
    public void Hear(DeskOrder row) => Wish ??= WishOf(row);

    /// <summary>Gives the row of a transaction the wish that is known here only.</summary>
    public void TellWish(DeskOrder row)
    {
        if (Wish is { } wish && row.CancelRequestedAt is null)
        {
            (row.CancelRequestedAt, row.CancelReason) = (wish.At, wish.Reason);
        }
    }

    private static CancelWish? WishOf(DeskOrder row) => row.CancelRequestedAt is { } at ? new(at, row.CancelReason) : null;
}
