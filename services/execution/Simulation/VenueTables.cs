using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using TradingSystem.Execution.Storage;
using TradingSystem.Venues;
using TradingSystem.Venues.Simulated;

namespace TradingSystem.Execution.Simulation;

/// <summary>
/// The book of one account's venue in the tables, as one owner of the account may change it: a save of an older owner writes nothing and
/// throws <see cref="DeskLostException"/>.
/// </summary>
/// <remarks>
/// Records are kept for as long as the desk may ask: the last <see cref="MostKept"/> of the account in any case, all since an hour before the
/// account was last compared with the venue, and those of orders that the desk is not done with. What it does not find here, it never sent.
/// </remarks>
public sealed class VenueTables(NpgsqlDataSource database, IDbContextFactory<ExecutionDb> databases, TimeProvider time, Guid accountId, long epoch) : IVenueBook
{
    public const int MostKept = 10_000;

    private const int RecordsBetweenCleanings = 1_000;

    private static readonly TimeSpan SaveDeadline = TimeSpan.FromSeconds(5);

    private static readonly Columns<VenueRecordRow> RecordColumns = new Columns<VenueRecordRow>()
        .Uuid("account_id", r => r.AccountId)
        .Long("id", r => r.Id)
        .Text("kind", r => r.Kind)
        .Text("symbol", r => r.Symbol)
        .Text("client_id", r => r.ClientId)
        .Text("order_id", r => r.OrderId?.ToString(CultureInfo.InvariantCulture))
        .Time("at", r => r.At)
        .Text("body", r => r.Body);

    // Whoever takes the account over counts the epoch up, waits for this, and reads what it left.
    private const string IsOwner =
        """
        with held as (select epoch from execution.desk_owners where account_id = $1 for share)
        select execution.require(exists (select from held where epoch = $2))
        """;

    private const string KeepState =
        """
        insert into execution.simulated_venues (account_id, state, updated_at) values ($1, $2, $3)
        on conflict (account_id) do update set state = excluded.state, updated_at = excluded.updated_at
        """;

    private const string Clean =
        """
        delete from execution.simulated_venue_records r
        where r.account_id = $1
            and r.id <= (select id from execution.simulated_venue_records where account_id = $1 order by id desc offset $2 limit 1)
            and r.at < (select reconciled_at - interval '1 hour' from execution.desk_owners where account_id = $1)
            and not exists (select from execution.desk_orders o where o.client_id = r.client_id and o.state in ('pending', 'sending', 'working', 'unknown', 'held'))
        """;

    private static readonly string KeepRecords =
        $"""
        insert into execution.simulated_venue_records (account_id, id, kind, symbol, client_id, order_id, at, body)
        select account_id, id, kind, symbol, client_id, order_id::bigint, at, body from {RecordColumns.Rows}
        """;

    private int _untilCleaning;

    /// <summary>As it was last kept; null for a venue that has not been yet.</summary>
    public async Task<KeptVenue?> ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var state = await db.SimulatedVenues.AsNoTracking().Where(v => v.AccountId == accountId).Select(v => v.State).SingleOrDefaultAsync(cancellationToken);
        return state is null ? null : JsonSerializer.Deserialize(state, SimulationJson.Default.KeptVenue);
    }

    public async Task SaveAsync(KeptVenue venue, IReadOnlyList<VenueEvent> happened)
    {
        // Nobody who waits for an answer may end this: it would leave open what was written.
        using var deadline = new CancellationTokenSource(SaveDeadline, time);
        var now = time.GetUtcNow().UtcDateTime;
        var records = happened.Select(Record).OfType<VenueRecordRow>().ToList();
        await using var connection = await database.OpenConnectionAsync(deadline.Token);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new(IsOwner) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = accountId }, new NpgsqlParameter<long> { TypedValue = epoch } } });
        batch.BatchCommands.Add(new(KeepState)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = accountId },
                new NpgsqlParameter<string> { TypedValue = JsonSerializer.Serialize(venue, SimulationJson.Default.KeptVenue) },
                new NpgsqlParameter<DateTime> { TypedValue = now },
            },
        });
        if (records.Count > 0)
        {
            batch.BatchCommands.Add(RecordColumns.Command(KeepRecords, records));
        }

        // At the first save, too, for it may be the only one of many owners.
        if ((_untilCleaning -= records.Count) < 0)
        {
            _untilCleaning = RecordsBetweenCleanings;
            batch.BatchCommands.Add(new(Clean) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = accountId }, new NpgsqlParameter<int> { TypedValue = MostKept } } });
        }

        try
        {
            await batch.ExecuteNonQueryAsync(deadline.Token);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.SerializationFailure)
        {
            throw new DeskLostException("another node owns the account", e);
        }
    }

    public async Task<VenueOrder?> OrderAsync(OrderRef order, CancellationToken cancellationToken)
    {
        long id = 0;
        if (order.VenueId is { } venueId && !long.TryParse(venueId, NumberStyles.None, CultureInfo.InvariantCulture, out id))
        {
            return null;
        }

        var (byId, client) = (order.VenueId is not null, order.ClientId);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var body = await db.VenueRecords.AsNoTracking()
            .Where(r => r.AccountId == accountId && r.Kind == VenueRecords.Order && (byId ? r.Id == id : client != null && r.ClientId == client))
            .OrderByDescending(r => r.Id).Select(r => r.Body).FirstOrDefaultAsync(cancellationToken);
        return body is null ? null : JsonSerializer.Deserialize(body, SimulationJson.Default.VenueOrder);
    }

    public async Task<IReadOnlyList<VenueFill>> FillsAsync(FillQuery query, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = Records(db, VenueRecords.Fill, query.Symbol, query.Since);
        if (query.VenueOrderId is { } venueId)
        {
            if (!long.TryParse(venueId, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                return [];
            }

            rows = rows.Where(r => r.OrderId == id);
        }
        else if (query.ClientId is { } client)
        {
            rows = rows.Where(r => r.ClientId == client);
        }

        var bodies = await rows.OrderBy(r => r.Id).Select(r => r.Body).ToListAsync(cancellationToken);
        return bodies.ConvertAll(b => JsonSerializer.Deserialize(b, SimulationJson.Default.VenueFill)!);
    }

    public async Task<IReadOnlyList<FundingPayment>> FundingAsync(string symbol, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var bodies = await Records(db, VenueRecords.Funding, symbol, since).OrderBy(r => r.Id).Select(r => r.Body).ToListAsync(cancellationToken);
        return bodies.ConvertAll(b => JsonSerializer.Deserialize(b, SimulationJson.Default.FundingPayment)!);
    }

    private IQueryable<VenueRecordRow> Records(ExecutionDb db, string kind, string symbol, DateTimeOffset? since)
    {
        var rows = db.VenueRecords.AsNoTracking().Where(r => r.AccountId == accountId && r.Symbol == symbol && r.Kind == kind);
        return since is { } from ? rows.Where(r => r.At >= from.ToUniversalTime()) : rows;
    }

    private VenueRecordRow? Record(VenueEvent happened) => happened switch
    {
        OrderChanged { Order: { IsOpen: false } order } => new()
        {
            AccountId = accountId,
            Id = Number(order.VenueId),
            Kind = VenueRecords.Order,
            Symbol = order.Symbol,
            ClientId = order.ClientId,
            At = happened.At,
            Body = JsonSerializer.Serialize(order, SimulationJson.Default.VenueOrder),
        },
        FillSeen { Fill: var fill } => new()
        {
            AccountId = accountId,
            Id = Number(fill.FillId),
            Kind = VenueRecords.Fill,
            Symbol = fill.Symbol,
            ClientId = fill.ClientId,
            OrderId = Number(fill.VenueOrderId),
            At = fill.At,
            Body = JsonSerializer.Serialize(fill, SimulationJson.Default.VenueFill),
        },
        FundingSettled { Payment: var payment } => new()
        {
            AccountId = accountId,
            Id = Number(payment.Id),
            Kind = VenueRecords.Funding,
            Symbol = payment.Symbol,
            At = payment.At,
            Body = JsonSerializer.Serialize(payment, SimulationJson.Default.FundingPayment),
        },
        _ => null,
    };

    private static long Number(string id) => long.Parse(id, NumberStyles.None, CultureInfo.InvariantCulture);
}
