using Microsoft.EntityFrameworkCore;
using NUnit.Framework;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Tests.Execution.Storage;

public sealed class ExecutionModelTests
{
    [Test]
    public void A_query_for_open_orders_names_the_states_that_their_index_names()
    {
        using var db = new ExecutionDbDesign().CreateDbContext([]);
        const string States = "('pending', 'sending', 'working', 'unknown', 'held')";
        Assert.That(db.DeskOrders.Where(DeskStates.AreOpen).ToQueryString(), Does.Contain($"IN {States}"));
        Assert.That(db.Accounts.Where(a => db.Set<DeskOrder>().Where(DeskStates.AreOpen).Any(o => o.AccountId == a.Id)).ToQueryString(), Does.Contain($"IN {States}"));
        Assert.That(db.Model.FindEntityType(typeof(DeskOrder))!.GetIndexes().Select(i => i.GetFilter()), Does.Contain($"state in {States}"));
    }
}
