using Microsoft.EntityFrameworkCore;
using NUnit.Framework;
using TradingSystem.Dashboard.Storage;
using TradingSystem.Diary.Storage;
using TradingSystem.Execution.Storage;
using TradingSystem.Gateway.Storage;
using TradingSystem.TradingGroup.Storage;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Tests.Hosting;

[TestFixture]
public sealed class MigrationTests
{
    private static IEnumerable<Func<DbContext>> Models() =>
    [
        () => new GatewayDbDesign().CreateDbContext([]),
        () => new TriggerDbDesign().CreateDbContext([]),
        () => new TradingGroupDbDesign().CreateDbContext([]),
        () => new ExecutionDbDesign().CreateDbContext([]),
        () => new DiaryDbDesign().CreateDbContext([]),
        () => new DashboardDbDesign().CreateDbContext([]),
    ];

    [Test]
    public void The_migrations_make_the_tables_that_each_model_speaks_of() => Assert.Multiple(() =>
    {
        foreach (var model in Models())
        {
            using var db = model();
            Assert.That(db.Database.HasPendingModelChanges(), Is.False, db.GetType().Name);
        }
    });
}
