using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;

namespace TradingSystem.Execution.Controls;

/// <summary>What is to be done about a position that a command closes.</summary>
public enum ClosingDoing
{
    /// <summary>It is flat and nothing of it is left in a book.</summary>
    Done,

    /// <summary>Its closing order is out, or the next attempt is not due yet.</summary>
    Waits,

    /// <summary>A closing order is to be made.</summary>
    Due,

    /// <summary>It was tried for long enough; a person is told why it is still there.</summary>
    GivenUp,
}

/// <summary>
/// The next step of closing one position, from what is in the tables alone, so that whichever node looks comes to the same. A further closing order is
/// made only after the one before has ended for good; one whose outcome is unknown is waited for, however long that takes.
/// </summary>
/// <param name="Code">Why it is not done; null when it is.</param>
public readonly record struct ClosingStep(ClosingDoing Doing, ReasonCode? Code = null, string Message = "")
{
    /// <summary>Attempts at a position before a person is told that it stays: about four minutes of them.</summary>
    public const int MostAttempts = 10;

    /// <summary>The same when only a person can change what refused it.</summary>
    public const int MostAttemptsInVain = 3;

    private static readonly ReasonCode[] ForPeople = [ReasonCodes.AccountUnusable, ReasonCodes.LiveNotConfirmed, ReasonCodes.UnknownSymbol, ReasonCodes.VenueCredentials, ReasonCodes.PositionWouldTurn];

    /// <summary>After the first, the second, … attempt; the last one goes on.</summary>
    private static readonly int[] PauseS = [1, 2, 4, 8, 15, 30, 60];

    /// <param name="holds">The command lets nothing be opened while it runs, so what is open is to be closed whenever it came to be.</param>
    /// <param name="qty">What is held, signed.</param>
    /// <param name="attempts">The command's closing orders of the position, the first one first.</param>
    /// <param name="ordersLeft">Orders of the position, such as its protection, are in the venue's book.</param>
    /// <param name="isClosedByOther">Another command's closing order of it is out.</param>
    public static ClosingStep Next(bool holds, decimal qty, IReadOnlyList<Order> attempts, bool ordersLeft, bool isClosedByOther, DateTimeOffset now)
    {
        var last = attempts.Count == 0 ? null : attempts[^1];
        if (last is not null && OrderStatus.IsOpen(last.Status))
        {
            return Waits.Is(last.ReasonCode) ? new(ClosingDoing.Waits, ReasonCodes.Kept(last.ReasonCode!), last.ReasonMessage ?? "")
                : last.Status == OrderStatus.Unknown ? new(
                    ClosingDoing.Waits, ReasonCodes.OutcomeUnknown, "What became of the closing order is not known yet; no other one is sent meanwhile.")
                : new(ClosingDoing.Waits, ReasonCodes.Closing, $"The closing order is {last.Status}.");
        }

        if (qty == 0m)
        {
            return ordersLeft
                ? new(ClosingDoing.Waits, ReasonCodes.OrdersLeft, "It is flat; its protection is still being taken out of the venue's book.")
                : new(ClosingDoing.Done);
        }

        if (!holds && attempts.Any(a => a.Status == OrderStatus.Closed || (!a.IsAtVenue && ReasonCodes.NoPosition.Is(a.ReasonCode))))
        {
            // It was flat; what is held now was opened after it.
            return new(ClosingDoing.Done);
        }

        if (isClosedByOther)
        {
            return new(ClosingDoing.Waits, ReasonCodes.ClosePending, "The closing order of another command is out.");
        }

        if (last is null)
        {
            return new(ClosingDoing.Due, ReasonCodes.Closing, "Its closing order is being made.");
        }

        var (code, message) = last.ReasonCode is { } told
            ? (ReasonCodes.Kept(told), last.ReasonMessage ?? "")
            : (ReasonCodes.NotFlat, "The closing order was filled and the position is not flat.");
        if (attempts.Count >= (ForPeople.Contains(code) ? MostAttemptsInVain : MostAttempts))
        {
            return new(ClosingDoing.GivenUp, code, message);
        }

        var pause = TimeSpan.FromSeconds(PauseS[Math.Min(attempts.Count, PauseS.Length) - 1]);
        return new(now - last.UpdatedAt >= pause ? ClosingDoing.Due : ClosingDoing.Waits, code, message);
    }
}
