using Microsoft.EntityFrameworkCore;
using NUnit.Framework;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Tests.Trigger;

public sealed class TriggerModelTests
{
    [Test]
    public void The_migrations_make_the_tables_that_the_model_speaks_of()
    {
        using var db = new TriggerDbDesign().CreateDbContext([]);
        Assert.That(db.Database.HasPendingModelChanges(), Is.False);
    }
}
