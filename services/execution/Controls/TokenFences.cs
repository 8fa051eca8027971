using System.Collections.Concurrent;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Controls;

/// <summary>
/// Has the gateway raise the epochs of a scope's tokens, and holds execution to them: what a session sent that was there before is then
/// refused, however late it comes.
/// </summary>
public sealed class TokenFences(IDbContextFactory<ExecutionDb> databases)
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<int>> _asked = new();

    /// <summary>Asks and waits; null when no gateway answered in time.</summary>
    public async Task<int?> RaiseAsync(IBus bus, FenceTokens question, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var answer = _asked.GetOrAdd(question.CommandId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            using var deadline = new CancellationTokenSource(patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
            await bus.Publish(question, either.Token);
            return await answer.Task.WaitAsync(either.Token);
        }
        catch (Exception e) when (e is MassTransitException or OperationCanceledException or TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            _asked.TryRemove(question.CommandId, out _);
        }
    }

    /// <summary>Every node that hears it saves it; a fence only ever rises.</summary>
    public async Task RaisedAsync(TokensFenced answer, CancellationToken cancellationToken)
    {
        // In the order of the ids, as decisions raise them.
        var tokens = answer.Tokens.OrderBy(t => t.TokenId).ToList();
        var ids = tokens.Select(t => t.TokenId).ToArray();
        var epochs = tokens.Select(t => t.Epoch).ToArray();
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync(
            $"""
            insert into execution.fences as f (token_id, epoch) select * from unnest({ids}, {epochs})
            on conflict (token_id) do update set epoch = excluded.epoch where f.epoch < excluded.epoch
            """,
            cancellationToken);
        if (_asked.TryGetValue(answer.CommandId, out var waiting))
        {
            waiting.TrySetResult(tokens.Count);
        }
    }
}

public sealed class TokensFencedConsumer(TokenFences fences) : IConsumer<TokensFenced>
{
    public Task Consume(ConsumeContext<TokensFenced> context) => fences.RaisedAsync(context.Message, context.CancellationToken);
}
