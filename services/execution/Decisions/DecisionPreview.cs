using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Prices;

namespace TradingSystem.Execution.Decisions;

/// <summary>
/// What would become of a decision just now, found by the very code that decides, on books that are read for it and thrown away. Nothing
/// is saved, counted or sent.
/// </summary>
public sealed class DecisionPreview(BookReader reader, Decider decider, PriceBook prices, AskDesk ask)
{
    /// <summary>A decision that is meant waits longer; who only asks wants to be answered.</summary>
    private static readonly TimeSpan PriceWait = TimeSpan.FromMilliseconds(500);

    /// <summary>Null where this node cannot say: it does not know the group, or another node has the account's desk.</summary>
    public async Task<WouldBe?> OfAsync(TradeDecision decision, CancellationToken cancellationToken)
    {
        if ((await reader.OrdersOfAsync([decision], cancellationToken)).Count > 0)
        {
            return WouldBecome.Nothing;
        }

        if (decision.Action != TradeAction.NoTrade)
        {
            await prices.WaitForFreshAsync([decision.Symbol], PriceWait, cancellationToken);
        }

        var books = new Books();
        await reader.LoadAsync(books, [decision], cancellationToken, opensAccounts: false);
        if (books.Find(decision.GroupId) is not { } ledger)
        {
            return null;
        }

        var outcome = decider.Decide(decision, ledger, books.Fences, books.Controls!);
        return outcome.Intent is { } intent ? await ask(intent.Order, decision, cancellationToken) : WouldBecome.Of(outcome.Order);
    }
}
