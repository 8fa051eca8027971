using Microsoft.Extensions.DependencyInjection.Extensions;
using TradingSystem.Execution.Accounts.Secrets;
using TradingSystem.Hosting.Outbound;
using TradingSystem.Hosting.Settings;
using TradingSystem.Venues;
using TradingSystem.Venues.Registry;

namespace TradingSystem.Execution.Accounts;

public static class AccountServices
{
    private const int ConnectionsPerExchange = 64;

    /// <summary>Throws when a key-encryption key is no good.</summary>
    public static void AddAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        // Here and not when first needed: a service with a bad key must not start.
        services.AddSingleton(KeyRing.Read(configuration));
        services.AddSingleton<Envelope>();
        services.AddSingleton<CredentialVault>();
        services.AddSingleton<KeyRewrap>();
        services.TryAddSingleton(_ => configuration.Read<VenueOptions>("Execution:Venues"));
        services.TryAddSingleton(Venues);
        services.AddSingleton<ICredentialCheck, VenueCredentialCheck>();
        services.AddSingleton<StoredCredentials>();
        services.AddSingleton<AccountWork>();
        services.AddSingleton<AccountReader>();
        services.AddSingleton<BindingReporter>();
        services.AddHostedService(p => p.GetRequiredService<BindingReporter>());
    }

    private static VenueRegistry Venues(IServiceProvider provider)
    {
        var gate = provider.GetRequiredService<OutboundGate>();
        HttpMessageHandler Calls()
        {
            var handler = gate.CreateHandler();
            handler.MaxConnectionsPerServer = ConnectionsPerExchange;
            return handler;
        }

        return new(
            provider.GetRequiredService<VenueOptions>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>(),
            Calls, gate.CreateHandler);
    }
}
