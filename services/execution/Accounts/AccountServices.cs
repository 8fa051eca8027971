using Microsoft.Extensions.DependencyInjection.Extensions;
using TradingSystem.Execution.Secrets;
using TradingSystem.Execution.Venues;

namespace TradingSystem.Execution.Accounts;

public static class AccountServices
{
    /// <summary>Throws when a key-encryption key is no good.</summary>
    public static void AddAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        // Here and not when first needed: a service with a bad key must not start.
        services.AddSingleton(KeyRing.Read(configuration));
        services.AddSingleton<Envelope>();
        services.AddSingleton<CredentialVault>();
        services.AddSingleton<KeyRewrap>();
        services.TryAddSingleton(_ => configuration.GetSection("Execution:Venues").Get<VenueOptions>() ?? new VenueOptions());
        services.TryAddSingleton(p => new VenueRegistry(p.GetRequiredService<VenueOptions>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<ICredentialCheck, VenueCredentialCheck>();
        services.AddSingleton<StoredCredentials>();
        services.AddSingleton<AccountWork>();
        services.AddSingleton<AccountReader>();
        services.AddSingleton<BindingReporter>();
        services.AddHostedService(p => p.GetRequiredService<BindingReporter>());
    }
}
