using Microsoft.EntityFrameworkCore;
using Npgsql;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Accounts.Secrets;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Exits;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Settings;
using TradingSystem.Execution.Simulation;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Outages;
using TradingSystem.Venues;
using TradingSystem.Venues.Registry;
using TradingSystem.Venues.Simulated;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// Runs the desk of every account at a venue that no other node runs. An account is owned by a lock of this node's one session: when that
/// session ends, all of its desks end at once, and whoever takes over makes sure that nothing of theirs can be saved any more.
/// </summary>
public sealed class DeskHost(
    [FromKeyedServices(Database.Sessions)] NpgsqlDataSource sessions,
    IDbContextFactory<ExecutionDb> databases,
    VenueRegistry registry,
    CredentialVault vault,
    SimulatedVenues simulated,
    VenuePrices prices,
    DeskParts parts,
    TimeProvider time,
    ILogger<DeskHost> log) : BackgroundService, IDecisionListener
{
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Unusable = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, AccountDesk> _desks = [];

    /// <summary>Has the account's desk look at the tables, if it is here.</summary>
    public void Wake(Guid accountId)
    {
        lock (_gate)
        {
            _desks.GetValueOrDefault(accountId)?.Wake();
        }
    }

    /// <summary>What the account's desk would make of the order; null where it is not here, or cannot say yet.</summary>
    public Task<WouldBe?> PreviewAsync(DeskOrder order, TradeDecision decision, CancellationToken cancellationToken)
    {
        AccountDesk? desk;
        lock (_gate)
        {
            desk = _desks.GetValueOrDefault(order.AccountId);
        }

        return desk is null ? Task.FromResult<WouldBe?>(null) : desk.PreviewAsync(order, decision, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    await OwnAsync(stoppingToken);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    DeskLog.HostFailed(log, e.Message);
                    await Task.Delay(Pause, time, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    /// <summary>The announcer has each order's first update to tell, and the desks that are here look at the tables.</summary>
    void IDecisionListener.Handed(IReadOnlyList<DeskIntent> intents)
    {
        parts.Announcer.Wake();
        foreach (var account in intents.Select(i => i.Order.AccountId).Distinct())
        {
            Wake(account);
        }
    }

    /// <summary>For as long as the session lasts.</summary>
    private async Task OwnAsync(CancellationToken stoppingToken)
    {
        await using var session = await sessions.OpenConnectionAsync(stoppingToken);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var owned = new Dictionary<Guid, Task>();
        try
        {
            while (true)
            {
                await AliveAsync(session, stoppingToken);
                foreach (var account in await WantedAsync(stoppingToken))
                {
                    if (!owned.ContainsKey(account) && await TryLockAsync(session, account, stoppingToken))
                    {
                        owned[account] = Task.Run(() => TradeAsync(account, ended.Token), CancellationToken.None);
                    }
                }

                foreach (var (account, running) in owned.Where(o => o.Value.IsCompleted).ToList())
                {
                    owned.Remove(account);
                    await running;
                    await UnlockAsync(session, account, stoppingToken);
                }

                await Task.Delay(Round, time, stoppingToken);
            }
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(owned.Values);
        }
    }

    /// <summary>
    /// Accounts at venues that may trade or have something to finish. The simulated exchange stands still without its desk, so an account
    /// that holds something there is looked after until it does not.
    /// </summary>
    private async Task<List<Guid>> WantedAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Accounts.AsNoTracking()
            .Where(a => (a.Exchange != Exchanges.Simulated || a.FillModel == FillModels.Exchange)
                && (a.Active || (a.Exchange == Exchanges.Simulated && db.Set<Position>().Any(p => p.AccountId == a.Id && p.Qty != 0m))
                    || db.Set<ProtectionMove>().Any(m => m.AccountId == a.Id && (m.State == "waiting" || m.State == "moving")) || db.Set<DeskOrder>().Where(DeskStates.AreOpen).Any(o => o.AccountId == a.Id)))
            .OrderBy(a => a.Seq).Select(a => a.Id).ToListAsync(cancellationToken);
    }

    /// <summary>Runs the account's desk, again and again, until another node has it.</summary>
    private async Task TradeAsync(Guid accountId, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await OnceAsync(accountId, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (DeskLostException e)
            {
                DeskLog.Ended(log, accountId, e.Message);
                return;
            }
            catch (Exception e) when (Outage.IsOutage(e))
            {
                DeskLog.Ended(log, accountId, e.Message);
            }
            catch (Exception e)
            {
                DeskLog.Failed(log, accountId, e);
            }

            try
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task OnceAsync(Guid accountId, CancellationToken cancellationToken)
    {
        Account account;
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
        {
            account = await db.Accounts.AsNoTracking().SingleOrDefaultAsync(a => a.Id == accountId, cancellationToken) ?? throw new DeskLostException("the account was deleted");
        }

        var epoch = await DeskStore.OwnAsync(databases, accountId, ControlStore.Micros(time.GetUtcNow()), cancellationToken);
        DeskLog.Owned(log, accountId, epoch);
        var store = new DeskStore(databases, parts.Announcer.Wake, parts.Options, time, accountId, epoch);
        if (await OpenVenueAsync(account, epoch, cancellationToken) is not { } venue)
        {
            await RefuseAllAsync(store, cancellationToken);
            await Task.Delay(Unusable, time, cancellationToken);
            return;
        }

        await using (venue)
        await using (venue is SimulatedVenue exchange ? prices.Open(exchange) : null)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var desk = new AccountDesk(parts, store, venue);
            lock (_gate)
            {
                _desks[accountId] = desk;
            }

            try
            {
                var running = desk.RunAsync(end.Token);
                await Task.WhenAny(running, ChangedAsync(account, end.Token));
                await end.CancelAsync();
                await running;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Its settings or its key changed: the next one has the new ones.
            }
            finally
            {
                lock (_gate)
                {
                    _desks.Remove(accountId);
                }
            }
        }
    }

    /// <summary>Ends when a person changed the account in a way that needs another venue connection.</summary>
    private async Task ChangedAsync(Account account, CancellationToken cancellationToken)
    {
        var before = (account.MarginMode, account.PositionMode, account.ApiKeyHint, account.Mode, account.Active, account.CredentialStatus);
        var now = before;
        while (now == before)
        {
            await Task.Delay(Pause, time, cancellationToken);
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            if (await db.Accounts.AsNoTracking().SingleOrDefaultAsync(a => a.Id == account.Id, cancellationToken) is not { } row)
            {
                return;
            }

            now = (row.MarginMode, row.PositionMode, row.ApiKeyHint, row.Mode, row.Active, row.CredentialStatus);
        }
    }

    private async Task<IVenue?> OpenVenueAsync(Account account, long epoch, CancellationToken cancellationToken)
    {
        try
        {
            if (account.IsSimulated)
            {
                return await simulated.OpenAsync(account, epoch, cancellationToken);
            }

            using var credentials = await vault.OpenAsync(account.Id, account.Exchange, cancellationToken);
            if (credentials is not null)
            {
                return registry.Create(VenueCredentialCheck.Describe(new(account.Id, account.Exchange, account.Mode, account.MarginMode, account.PositionMode), credentials));
            }

            DeskLog.Unusable(log, account.Id, "it has no credentials");
        }
        catch (Exception e) when (e is SecretUnreadableException or ArgumentException or System.Text.Json.JsonException)
        {
            DeskLog.Unusable(log, account.Id, e.Message);
        }

        return null;
    }

    /// <summary>Nothing can be sent, so what waits to be is refused. What was sent before waits for a key that works.</summary>
    private async Task RefuseAllAsync(DeskStore store, CancellationToken cancellationToken)
    {
        var machine = new DeskMachine(parts.Terms);
        foreach (var order in (await store.OpenAsync(cancellationToken)).Where(o => o.State == DeskStates.Pending))
        {
            await store.RunAsync(
                async work =>
                {
                    var held = await work.FindAsync(order.ClientId);
                    await work.TellAsync(
                        held,
                        machine.Refuse(
                            held, Refusals.AccountUnusable("The account's credentials or its simulated exchange cannot be used; nothing was sent.")),
                        isProtected: false);
                    return true;
                },
                cancellationToken);
        }

        await MoveEnds.RefuseWaitingAsync(
            store, Refusals.AccountUnusable("The account's credentials or its simulated exchange cannot be used; its protection is as it was."),
            cancellationToken);
    }

    private async Task AliveAsync(NpgsqlConnection session, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(LostAfter, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        await using var command = new NpgsqlCommand("select 1", session);
        await command.ExecuteScalarAsync(either.Token);
    }

    private static async Task<bool> TryLockAsync(NpgsqlConnection session, Guid account, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock($1)", session) { Parameters = { new() { Value = LockOf(account) } } };
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static async Task UnlockAsync(NpgsqlConnection session, Guid account, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select pg_advisory_unlock($1)", session) { Parameters = { new() { Value = LockOf(account) } } };
        await command.ExecuteScalarAsync(cancellationToken);
    }

    private static long LockOf(Guid account) => BitConverter.ToInt64(account.ToByteArray(), 8);
}
