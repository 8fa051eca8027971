using MassTransit;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace TradingSystem.Hosting;

/// <summary>True from the moment the bus's endpoints stand; nothing is published before.</summary>
public sealed class BusReadiness : IBusObserver
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsStarted => _started.Task.IsCompletedSuccessfully;

    public Task WaitAsync(CancellationToken cancellationToken) => _started.Task.WaitAsync(cancellationToken);

    public Task PostStart(IBus bus, Task<BusReady> busReady)
    {
        _ = busReady.ContinueWith(t => { if (t.IsCompletedSuccessfully) { _started.TrySetResult(); } }, TaskScheduler.Default);
        return Task.CompletedTask;
    }

    public void PostCreate(IBus bus)
    {
    }

    public void CreateFaulted(Exception exception)
    {
    }

    public Task PreStart(IBus bus) => Task.CompletedTask;

    public Task StartFaulted(IBus bus, Exception exception) => Task.CompletedTask;

    public Task PreStop(IBus bus) => Task.CompletedTask;

    public Task PostStop(IBus bus) => Task.CompletedTask;

    public Task StopFaulted(IBus bus, Exception exception) => Task.CompletedTask;
}

/// <summary>What else a service waits for before it counts as ready, e.g. a first price.</summary>
public interface IReadyCheck
{
    string Name { get; }

    bool IsReady { get; }
}

internal static class Readiness
{
    public static async Task<IResult> CheckAsync(BusReadiness bus, IBusControl control, NpgsqlDataSource database, IEnumerable<IReadyCheck> checks, CancellationToken cancellationToken)
    {
        var states = new Dictionary<string, bool>
        {
            ["bus"] = bus.IsStarted && control.CheckHealth().Status == BusHealthStatus.Healthy,
            ["database"] = await DatabaseAnswersAsync(database, cancellationToken),
        };
        foreach (var check in checks)
        {
            states[check.Name] = check.IsReady;
        }

        return Results.Json(new { status = states.Values.All(ok => ok) ? "ready" : "not_ready", checks = states }, statusCode: states.Values.All(ok => ok) ? 200 : 503);
    }

    private static async Task<bool> DatabaseAnswersAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            await using var command = database.CreateCommand("select 1");
            await command.ExecuteScalarAsync(deadline.Token);
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException or TimeoutException)
        {
            return false;
        }
    }
}
