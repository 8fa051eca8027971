using Microsoft.EntityFrameworkCore;
using NUnit.Framework;
using TradingSystem.Gateway.Triggers;

namespace TradingSystem.IntegrationTests.Gateway.Triggers;

/// <summary>What several nodes write of triggers, in the database.</summary>
[TestFixture]
public sealed class TriggerSignsTableTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    private GatewayDatabase _database = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _database = await GatewayDatabase.StartAsync();

    [OneTimeTearDown]
    public Task StopAsync() => _database.DisposeAsync().AsTask();

    [Test]
    public async Task Of_what_nodes_write_at_once_the_latest_stays_in_each_of_its_parts()
    {
        var ids = await _database.AddTriggersAsync(200);
        var nodes = Enumerable.Range(1, 8).Select(n => new Random(n)).Select(random => ids.Select(id => (Id: id, Signs: Signs(random))).ToList()).ToList();
        await Task.WhenAll(nodes.SelectMany(n => n.Chunk(TriggerSignsTable.MaxBatch)).Select(some => _database.Signs.WriteAsync(some, CancellationToken.None)));

        await using var db = _database.Db();
        var rows = await db.Triggers.AsNoTracking().Where(t => ids.Contains(t.Id)).ToDictionaryAsync(t => t.Id);
        for (var i = 0; i < ids.Count; i++)
        {
            var latest = nodes.Select(n => n[i].Signs).Aggregate((one, other) => one.Or(other));
            var row = rows[ids[i]];
            Assert.That(
                (row.LastSeenAt, row.LastFrameAt, row.LastEventTitle, row.LastEventAt, row.LastEventId is null, row.LastErrorCode, row.LastErrorMessage, row.LastErrorAt),
                Is.EqualTo((
                    latest.SeenAt, latest.FrameAt, latest.Event?.Title, latest.Event?.At, latest.Event is null, latest.Error?.Code, latest.Error?.Message, latest.Error?.At)));
        }
    }

    [Test]
    public async Task What_is_known_already_touches_no_row()
    {
        var id = (await _database.AddTriggersAsync(1)).Single();
        var signs = new TriggerSigns(Midnight, Midnight, new(Guid.NewGuid(), "t", Midnight), new("c", "m", Midnight));
        await _database.Signs.WriteAsync([(id, signs)], CancellationToken.None);
        var before = await VersionAsync(id);
        await _database.Signs.WriteAsync([(id, signs), (Guid.NewGuid(), signs)], CancellationToken.None);
        await _database.Signs.WriteAsync([(id, new(Midnight.AddSeconds(-1)))], CancellationToken.None);
        Assert.That(await VersionAsync(id), Is.EqualTo(before));
        await _database.Signs.WriteAsync([(id, new(FrameAt: Midnight.AddSeconds(1)))], CancellationToken.None);
        Assert.That(await VersionAsync(id), Is.Not.EqualTo(before));
    }

    /// <summary>Texts follow from times, so that two of the same moment are the same.</summary>
    private static TriggerSigns Signs(Random random)
    {
        return new(Time(), Time(), Time() is { } raised ? new(Guid.NewGuid(), $"t{raised:O}", raised) : null, Time() is { } refused ? new("c", $"m{refused:O}", refused) : null);

        DateTimeOffset? Time() => random.Next(5) is var second and > 0 ? Midnight.AddSeconds(second) : null;
    }

    private async Task<string> VersionAsync(Guid id)
    {
        await using var db = _database.Db();
        return await db.Database.SqlQuery<string>($"""select xmin::text as "Value" from gateway.triggers where id = {id}""").SingleAsync();
    }
}
