using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NUnit.Framework;
using TradingSystem.Hosting;

namespace TradingSystem.Tests.Hosting;

[TestFixture]
public sealed class UsageReportTests
{
    [TestCase("InMemory")]
    [TestCase("RabbitMq")]
    public async Task What_runs_on_the_bus_is_not_reported_to_the_makers_of_its_library(string transport)
    {
        await using var app = ServiceApp.Build("reports", [$"--Bus:Transport={transport}", $"--Auth:JwtKey={new string('k', 32)}"], topologyOnly: true);

        Assert.That(app.Services.GetRequiredService<IOptions<UsageTelemetryOptions>>().Value.Enabled, Is.False);
    }
}
