using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using TradingSystem.Hosting.EventLog;
using TradingSystem.Hosting.Transport;

namespace TradingSystem.Hosting;

/// <summary>Bound from <c>MIGRATE__…</c>.</summary>
public sealed class PreparationOptions
{
    public const string Section = "Migrate";

    /// <summary>How long database and broker may keep <c>--migrate</c> waiting, all steps together.</summary>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMinutes(2);
}

/// <summary>
/// What <c>--migrate</c> does: schemas, the event log, queues and bindings. It waits for servers that are not there yet and says for which;
/// every step may be repeated.
/// </summary>
internal sealed class Preparation(WebApplication app, IReadOnlyList<IServiceModule> modules, PreparationOptions options, TextWriter say)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TellAgain = TimeSpan.FromSeconds(10);

    // A broker that goes down closes connections, too; these are about what we asked for.
    private static readonly ushort[] Refusals = [Constants.AccessRefused, Constants.NotFound, Constants.PreconditionFailed, Constants.NotAllowed];

    private readonly TimeProvider _time = app.Services.GetRequiredService<TimeProvider>();

    /// <summary>The exit code: 1 when a server did not come or refused us, which is then said in a line.</summary>
    public async Task<int> RunAsync()
    {
        var services = app.Services;
        var bus = services.GetRequiredService<BusOptions>();
        var database = new NpgsqlConnectionStringBuilder(services.GetRequiredService<NpgsqlDataSource>().ConnectionString);
        var postgres = $"PostgreSQL at {database.Host}:{database.Port}, database {database.Database}";
        var broker = $"RabbitMQ at {bus.Address}";
        using var deadline = new CancellationTokenSource(options.Deadline, _time);
        try
        {
            await ReachAsync(postgres, ConnectAsync, deadline.Token);
            if (!bus.IsInMemory)
            {
                await ReachAsync(broker, async token => await (await Broker.ConnectAsync(bus.Address, "migrate", Attempt, token)).DisposeAsync(), deadline.Token);
            }

            await ReachAsync(postgres, services.GetRequiredService<IDurableStore>().MigrateAsync, deadline.Token);
            if (services.GetService<IEventLog>() is { } log)
            {
                await ReachAsync(bus.IsInMemory ? postgres : broker, log.MigrateAsync, deadline.Token);
            }

            foreach (var module in modules)
            {
                await ReachAsync(postgres, token => module.MigrateAsync(services, token), deadline.Token);
            }

            await DeployAsync(bus.IsInMemory ? "the bus" : broker, deadline.Token);
            return 0;
        }
        catch (UnreachableException e)
        {
            await say.WriteLineAsync(e.Message);
            return 1;
        }

        async Task ConnectAsync(CancellationToken token)
        {
            await using var connection = await services.GetRequiredKeyedService<NpgsqlDataSource>(Database.Sessions).OpenConnectionAsync(token);
        }
    }

    /// <summary>The exception and everything it was caused by.</summary>
    private static IEnumerable<Exception> Causes(Exception exception) =>
        (exception is AggregateException many ? many.InnerExceptions : exception.InnerException is { } inner ? [inner] : (IEnumerable<Exception>)[])
        .SelectMany(Causes).Prepend(exception);

    /// <summary>Goes by itself when the server is there, unlike a password that is wrong.</summary>
    private static bool MayPass(Exception exception)
    {
        var all = Causes(exception).ToList();
        return !all.Exists(e => e is AuthenticationFailureException or PostgresException { IsTransient: false })
            && all.Exists(
                e => e is NpgsqlException { IsTransient: true } or BrokerUnreachableException or OperationInterruptedException or System.Net.Sockets.SocketException or IOException or TimeoutException or OperationCanceledException);
    }

    /// <summary>It was the server that said no, to us or to what we ask for.</summary>
    private static bool IsRefusal(Exception exception) =>
        Causes(exception).Any(
            e => e is AuthenticationFailureException || (e is OperationInterruptedException { ShutdownReason.ReplyCode: var code } && Refusals.Contains(code)) || e is PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InvalidCatalogName });

    private static string Reason(Exception exception) =>
        exception is OperationCanceledException ? "it does not answer" : Causes(exception).Last(e => e is not OperationCanceledException).Message.ReplaceLineEndings(" ");

    private async Task ReachAsync(string what, Func<CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        string? reason = null;
        var told = 0L;
        while (true)
        {
            try
            {
                await step(cancellationToken);
                return;
            }
            catch (Exception e) when (IsRefusal(e))
            {
                throw new UnreachableException($"{what} refuses: {Reason(e)}");
            }
            catch (Exception e) when (cancellationToken.IsCancellationRequested || MayPass(e))
            {
                // A cancelled attempt knows less than the one before it.
                var now = e is OperationCanceledException && reason is not null ? reason : Reason(e);
                if (cancellationToken.IsCancellationRequested)
                {
                    throw Late(what, now);
                }

                if (now != reason || _time.GetElapsedTime(told) > TellAgain)
                {
                    await say.WriteLineAsync($"waiting for {what}: {now}");
                    (reason, told) = (now, _time.GetTimestamp());
                }
            }

            try
            {
                await Task.Delay(Pause, _time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                throw Late(what, reason!);
            }
        }
    }

    /// <summary>Every queue and binding exists before anything publishes: a mandatory publish is satisfied by one bound queue.</summary>
    private async Task DeployAsync(string what, CancellationToken cancellationToken)
    {
        var bus = app.Services.GetRequiredService<IBusControl>();
        try
        {
            // It connects again by itself for as long as it may.
            await bus.StartAsync(cancellationToken);
            await bus.StopAsync(cancellationToken);
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested)
        {
            throw Late(what, Reason(e));
        }
    }

    private UnreachableException Late(string what, string reason) => new($"gave up after {options.Deadline.TotalSeconds:0.###} s (MIGRATE__DEADLINE) waiting for {what}: {reason}");

    private sealed class UnreachableException(string message) : Exception(message);
}
