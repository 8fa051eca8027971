using System.Text.Json.Serialization;
using MassTransit;
using Microsoft.AspNetCore.Builder;

namespace TradingSystem.Hosting;

/// <summary>One service. A host runs one of them (distributed) or all of them (standalone).</summary>
public interface IServiceModule
{
    /// <summary>Kebab-case; also the prefix of the service's endpoint names.</summary>
    string Name { get; }

    /// <summary>How the messages that it exchanges are written; null when it leaves that to the bus.</summary>
    JsonSerializerContext? Messages => null;

    void AddServices(WebApplicationBuilder builder);

    void AddConsumers(IBusRegistrationConfigurator bus);

    void Map(WebApplication app);

    /// <summary>Brings the service's own schema up to date. Runs under <c>--migrate</c> only.</summary>
    Task MigrateAsync(IServiceProvider services, CancellationToken cancellationToken);
}
