using Microsoft.Extensions.DependencyInjection;
using TradingSystem.Hosting.Transport;

namespace TradingSystem.Hosting.EventLog;

/// <summary>
/// Everything of some kinds, once, in one order that is the same on every node, from the oldest held to what happens now.
/// Embedded it is the table <c>bus.log</c>, across services a RabbitMQ stream.
/// </summary>
public interface IEventLog
{
    Task MigrateAsync(CancellationToken cancellationToken);

    /// <summary>Calls <paramref name="follower"/> for each message until cancelled. Outages are waited out, nothing is skipped or repeated.</summary>
    Task FollowAsync(LogFollower follower, CancellationToken cancellationToken);
}

/// <summary>
/// Called by one thread at a time. <c>Begins</c> gets the first position held before anything else: what was before is gone.
/// <c>CaughtUp</c> is called once, when everything that was in the log at the start has been appended.
/// </summary>
public sealed record LogFollower(Action<long> Begins, Action<LogEntry> Append, Action CaughtUp);

/// <summary>A bus message. Positions start at 1 and grow, not by ones.</summary>
public readonly record struct LogEntry(long Position, object Message, DateTimeOffset AppendedAt);

/// <summary>Which messages the log keeps.</summary>
public sealed record LoggedKinds(string Name, IReadOnlyList<Type> MessageTypes);

public static class EventLogSetup
{
    /// <summary>How long the log goes back.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromHours(24);

    /// <summary>Call once in a module that follows the log; <paramref name="name"/> is the stream's.</summary>
    public static void AddEventLog(this IServiceCollection services, string name, params Type[] messageTypes)
    {
        services.AddSingleton(new LoggedKinds(name, messageTypes));
        services.AddSingleton<IEventLog>(p => p.GetRequiredService<BusOptions>().IsInMemory
            ? ActivatorUtilities.CreateInstance<PostgresEventLog>(p)
            : ActivatorUtilities.CreateInstance<StreamEventLog>(p));
    }
}
