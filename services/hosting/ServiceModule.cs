using System.Text.Json.Serialization;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using TradingSystem.Hosting.Settings;

namespace TradingSystem.Hosting;

/// <summary>One service. A host runs one of them (distributed) or all of them (standalone).</summary>
public interface IServiceModule
{
    /// <summary>Kebab-case; also the prefix of the service's endpoint names.</summary>
    string Name { get; }

    /// <summary>How the messages that it exchanges are written; null when it leaves that to the bus.</summary>
    JsonSerializerContext? Messages => null;

    /// <summary>The sections of the configuration that it reads; a setting in one of them that is none of these ends the start.</summary>
    IReadOnlyList<SettingsSection> Settings { get; }

    void AddServices(WebApplicationBuilder builder);

    void AddConsumers(IBusRegistrationConfigurator bus);

    /// <summary>What it does with a request whose route is known and whose token nobody has looked at.</summary>
    void BeforeAuthentication(WebApplication app)
    {
    }

    void Map(WebApplication app);

    /// <summary>Brings the service's own schema up to date. Runs under <c>--migrate</c> only.</summary>
    Task MigrateAsync(IServiceProvider services, CancellationToken cancellationToken);
}
