using System.Collections.Concurrent;
using System.Diagnostics;
using NUnit.Framework;
using TradingSystem.Execution.Orders;
using TradingSystem.VenueEmulator.Faults;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.IntegrationTests.Execution.Desk;

/// <summary>
/// Market decisions through every fault of every venue while the process is killed at random. VENUE_DECISIONS decisions altogether: 60 in CI,
/// 10,000 in make soak.
/// </summary>
[TestFixture]
public sealed class DeskChaosTests
{
    private static readonly int Decisions = int.TryParse(Environment.GetEnvironmentVariable("VENUE_DECISIONS"), out var n) ? n : 60;

    private static readonly int Lanes = int.TryParse(Environment.GetEnvironmentVariable("VENUE_LANES"), out var n) ? n : 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly (FaultKind Kind, double Probability, double Seconds)[] Faults =
    [
        (FaultKind.TimeoutAfter, 0.06, 0), (FaultKind.TimeoutBefore, 0.06, 0), (FaultKind.ResetAfter, 0.06, 0), (FaultKind.ResetBefore, 0.06, 0), (FaultKind.ErrorAfter, 0.06, 0),
        (FaultKind.ErrorBefore, 0.06, 0), (FaultKind.BusyBefore, 0.05, 0), (FaultKind.DuplicateAnswer, 0.05, 0), (FaultKind.RateLimit, 0.03, 0), (FaultKind.LateFill, 0.06, 2),
        (FaultKind.PartialFill, 0.06, 1), (FaultKind.DelayAnswer, 0.03, 60), (FaultKind.DelayRequest, 0.03, 60), (FaultKind.QueryLag, 0.1, 0.4),
    ];

    [Test]
    public async Task Through_every_fault_and_kill_a_decision_has_one_order_at_most_and_nothing_is_lost()
    {
        await using var cluster = await VenueCluster.StartAsync();
        var accounts = new List<DeskAccount>();
        foreach (var venue in Enum.GetValues<VenueKind>())
        {
            for (var lane = 0; lane < Lanes; lane++)
            {
                accounts.Add(await cluster.OpenAsync(venue));
            }
        }

        // Every fault of every account draws from its own numbers.
        var seeds = new Random(20251121);
        foreach (var account in accounts)
        {
            foreach (var (kind, probability, seconds) in Faults)
            {
                await account.FaultAsync(kind, count: null, seconds, probability: probability, seed: seeds.Next());
            }

            await account.FaultAsync(FaultKind.StreamLoss, count: null, probability: 0.1, on: [Operation.Stream], seed: seeds.Next());
        }

        var started = Stopwatch.StartNew();
        var made = new ConcurrentDictionary<Guid, DeskAccount>();
        var waiting = new ConcurrentDictionary<Guid, long>();
        using var stop = new CancellationTokenSource();
        var kills = KillAsync(cluster, waiting, stop.Token);
        var disturbances = DisturbAsync(cluster, accounts, stop.Token);
        try
        {
            var left = Decisions;
            await Task.WhenAll(accounts.Select(async (account, lane) =>
            {
                for (var i = 0; Interlocked.Decrement(ref left) >= 0; i++)
                {
                    var decision = await account.DecideAsync((i + lane) % 4 == 3 ? "CLOSE" : i % 2 == 0 ? "LONG" : "SHORT", 50m + (10m * (i % 3)));
                    made[decision] = account;
                    waiting[decision] = Stopwatch.GetTimestamp();
                    await DoneAsync(cluster, account, decision);
                    waiting.TryRemove(decision, out _);
                }
            }));
        }
        catch
        {
            TestContext.Out.WriteLine(cluster.Product.Logs());
            throw;
        }
        finally
        {
            await stop.CancelAsync();
            TestContext.Out.WriteLine($"{await kills} kills, {await disturbances} silent streams and clocks that jumped");
        }

        await cluster.Product.ReadyAsync();
        foreach (var fault in (await cluster.Emulator.FaultsAsync()).GroupBy(f => f.Kind))
        {
            TestContext.Out.WriteLine($"{fault.Key}: {fault.Sum(f => f.Hits)}");
        }

        foreach (var account in accounts)
        {
            await cluster.Emulator.ClearFaultsAsync(account.Key);
        }

        await CheckAsync(cluster, accounts, made, started.Elapsed);
    }

    private static async Task DoneAsync(VenueCluster cluster, DeskAccount account, Guid decision)
    {
        try
        {
            await Wait.UntilAsync(
                $"{decision} is done", TimeSpan.FromSeconds(300),
                async () => await account.OrderAsync(decision) is { } order && DeskAccount.Terminal.Contains(order["status"]!.GetValue<string>()));
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException(
                $"{e.Message} {string.Join(' ', await cluster.SqlAsync("select to_jsonb(o) - 'decision' from execution.desk_orders o where o.decision_id = $1", decision))}",
                e);
        }
    }

    private static async Task CheckAsync(VenueCluster cluster, List<DeskAccount> accounts, ConcurrentDictionary<Guid, DeskAccount> made, TimeSpan took)
    {
        var (doubled, lost, falselyRejected) = (new List<Guid>(), new List<Guid>(), new List<Guid>());
        var ends = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var account in accounts)
        {
            var counts = await cluster.Emulator.CountsAsync(account.Venue, account.Key);
            var venue = await account.AtVenueAsync();
            foreach (var decision in made.Where(m => m.Value == account).Select(m => m.Key))
            {
                var clientId = OrderIds.ClientOrder(decision);
                var order = await account.OrderAsync(decision);
                var filled = venue.Fills.Where(f => f.ClientId == clientId).Sum(f => f.Qty);
                var status = order?["status"]?.GetValue<string>() ?? "(none)";
                var end = status == "rejected" ? $"rejected {order!["reason"]!["code"]!.GetValue<string>()}" : status;
                ends[end] = ends.GetValueOrDefault(end) + 1;
                if (counts.GetValueOrDefault(clientId) > 1)
                {
                    doubled.Add(decision);
                }

                if (order is null || (status is "filled" or "closed" && filled != order["qty"]!.GetValue<decimal>()))
                {
                    lost.Add(decision);
                }

                if (status == "rejected" && filled != 0m)
                {
                    falselyRejected.Add(decision);
                }
            }

            await account.PositionsAgreeAsync();
        }

        TestContext.Out.WriteLine($"{made.Count} decisions in {took.TotalSeconds:0} s: {doubled.Count} doubled, {lost.Count} lost, {falselyRejected.Count} falsely rejected");
        TestContext.Out.WriteLine(string.Join(", ", ends.Select(e => $"{e.Value} {e.Key}")));
        var resent = await cluster.SqlAsync("select count(*) filter (where sends > 1), count(*) filter (where state in ('unknown', 'held')) from execution.desk_orders");
        TestContext.Out.WriteLine($"sent more than once | still unknown: {resent[0]}");
        Assert.Multiple(() =>
        {
            Assert.That(doubled, Is.Empty, "doubled");
            Assert.That(lost, Is.Empty, "lost");
            Assert.That(falselyRejected, Is.Empty, "falsely rejected");
            Assert.That(
                ends.Keys,
                Is.All.AnyOf("filled", "closed", "canceled", "rejected NO_POSITION", "rejected NOT_PLACED", "rejected DECISION_EXPIRED", "rejected VENUE_BUSY", "rejected VENUE_CLOCK", "rejected VENUE_RATE_LIMITED", "rejected VENUE_UNREACHABLE", "rejected SYMBOL_BUSY"));
        });
    }

    /// <summary>Streams that stand and say nothing any more, and clocks of venues that jump by up to four seconds.</summary>
    private static async Task<int> DisturbAsync(VenueCluster cluster, List<DeskAccount> accounts, CancellationToken cancellationToken)
    {
        var moments = new Random(20251122);
        var disturbances = 0;
        try
        {
            while (true)
            {
                await Task.Delay(moments.Next(1_000, 8_000), cancellationToken);
                var account = accounts[moments.Next(accounts.Count)];
                if (disturbances++ % 2 == 0)
                {
                    await account.FaultAsync(FaultKind.StreamSilence, count: null, on: [Operation.Stream]);
                }
                else
                {
                    await cluster.Emulator.SkewAsync(account.Venue, TimeSpan.FromMilliseconds(moments.Next(-4_000, 4_000)));
                }
            }
        }
        catch (OperationCanceledException)
        {
            return disturbances;
        }
    }

    /// <param name="waiting">Since when decisions have not been done. One that has outlived many processes is spared until it is: on a slow machine
    /// nothing else would let it end.</param>
    private static async Task<int> KillAsync(VenueCluster cluster, ConcurrentDictionary<Guid, long> waiting, CancellationToken cancellationToken)
    {
        var moments = new Random(20251121);
        var started = TimeSpan.Zero;
        var kills = 0;
        try
        {
            while (true)
            {
                // It lives longer than it takes to start, or a slow machine would do nothing but start.
                await Task.Delay(TimeSpan.FromMilliseconds(moments.Next(1_000, 6_000)) + started, cancellationToken);
                if (waiting.Values.Any(since => Stopwatch.GetElapsedTime(since) > Patience))
                {
                    continue;
                }

                var killed = Stopwatch.GetTimestamp();
                await cluster.Product.KillAndRestartAsync("standalone", TimeSpan.FromMilliseconds(moments.Next(0, 500)));
                started = Stopwatch.GetElapsedTime(killed);
                kills++;
            }
        }
        catch (OperationCanceledException)
        {
            return kills;
        }
    }
}
