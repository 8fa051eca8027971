using MassTransit;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Settings;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Accounts;

/// <summary>Gives each group its account before its first decision.</summary>
public sealed class GroupsChangedConsumer(
    IDbContextFactory<ExecutionDb> databases, ExecutionOptions options, TimeProvider time, IEnumerable<IAccountListener> listeners) : IConsumer<GroupsChanged>
{
    public async Task Consume(ConsumeContext<GroupsChanged> context)
    {
        var groups = context.Message.Items.Select(g => (g.Id, g.Name, g.Version)).ToList();
        if (groups.Count == 0)
        {
            return;
        }

        await using var db = await databases.CreateDbContextAsync(context.CancellationToken);
        await SimulatedAccounts.EnsureAsync(db, groups, options.InitialBalance, options.FillModel, time.GetUtcNow(), context.CancellationToken);
        foreach (var listener in listeners)
        {
            listener.GroupsCame();
        }
    }
}
