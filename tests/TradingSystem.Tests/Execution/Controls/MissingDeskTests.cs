using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Desk;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;

namespace TradingSystem.Tests.Execution.Controls;

[TestFixture]
public sealed class MissingDeskTests
{
    [Test]
    public void Commands_that_nobody_could_cancel_orders_for_do_not_start()
    {
        var services = Controls();
        Assert.That(() => services.BuildServiceProvider().GetRequiredService<CommandRunner>(), Throws.InvalidOperationException.With.Message.Contains(nameof(CancelOpenOrders)));
    }

    [Test]
    public void The_desk_is_who_cancels()
    {
        var services = Controls();
        services.AddDesk();
        Assert.That(services.Where(s => s.ServiceType == typeof(CancelOpenOrders)), Has.Exactly(1).Items);
    }

    /// <summary>Everything that commands need but who cancels.</summary>
    private static ServiceCollection Controls()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(_ => Of<IDbContextFactory<ExecutionDb>>());
        services.AddSingleton(_ => Of<DecisionProcessor>());
        services.AddSingleton(_ => Of<Announcer>());
        services.AddSingleton(_ => Of<IBus>());
        services.AddSingleton(_ => Of<IDurableStore>());
        services.AddControls();
        return services;
    }

    private static T Of<T>()
        where T : class => null!;
}
