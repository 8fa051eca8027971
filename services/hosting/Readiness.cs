using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Npgsql;
using TradingSystem.Hosting.Rest;

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

/// <summary>That the process answers.</summary>
/// <param name="Status">live.</param>
public sealed record Liveness([property: Words(typeof(Readiness), nameof(Readiness.Live))] string Status);

/// <summary>What the service needs to do its work, and whether it is there.</summary>
/// <param name="Status">ready with 200 when all of it is, not_ready with 503 else.</param>
/// <param name="Checks">By its name (bus, database, and what else this service waits for): whether it is there.</param>
public sealed record ReadinessReport([property: Words(typeof(Readiness), nameof(Readiness.States))] string Status, IReadOnlyDictionary<string, bool> Checks);

/// <summary><c>/livez</c> and <c>/readyz</c>, for whoever restarts and routes.</summary>
public static class Readiness
{
    public static readonly string[] Live = ["live"];
    public static readonly string[] States = ["ready", "not_ready"];

    private static readonly AnyQuery Probes = new("whoever probes may add what keeps its answer from a cache");

    internal static void MapProbes(this WebApplication app)
    {
        app.MapGet("/livez", () => TypedResults.Ok(new Liveness(Live[0]))).AllowAnonymous().WithMetadata(Probes).WithTags("probes")
            .Operation("getLiveness", "Whether the process lives");
        app.MapGet("/readyz", CheckAsync)
            .AllowAnonymous().WithMetadata(Probes).WithTags("probes").Produces<ReadinessReport>()
            .Produces<ReadinessReport>(StatusCodes.Status503ServiceUnavailable)
            .Operation("getReadiness", "Whether the service can do its work, and what it waits for");
    }

    private static async Task<IResult> CheckAsync(
        BusReadiness bus, IBusControl control, NpgsqlDataSource database, IEnumerable<IReadyCheck> checks, CancellationToken cancellationToken)
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

        var ready = states.Values.All(ok => ok);
        return Results.Json(new ReadinessReport(States[ready ? 0 : 1], states), statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
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
