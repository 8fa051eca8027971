using System.Text.Json.Serialization;
using MassTransit;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.SignalR;
using TradingSystem.Contracts.Bus;
using TradingSystem.Dashboard.Accounts;
using TradingSystem.Dashboard.BotTokens;
using TradingSystem.Dashboard.Documents;
using TradingSystem.Dashboard.Forwarding;
using TradingSystem.Dashboard.Live;
using TradingSystem.Dashboard.Pages;
using TradingSystem.Dashboard.Sessions;
using TradingSystem.Dashboard.Settings;
using TradingSystem.Dashboard.Storage;
using TradingSystem.Hosting;
using TradingSystem.Hosting.BotTokens;
using TradingSystem.Hosting.Rest;
using TradingSystem.Hosting.Settings;

namespace TradingSystem.Dashboard;

/// <summary>People's sign-in, the web page, the live feed behind it and, when it runs alone, the way to the other services.</summary>
public sealed class DashboardModule : IServiceModule
{
    public string Name => "dashboard";

    public JsonSerializerContext Messages => BusJson.Default;

    public IReadOnlyList<SettingsSection> Settings =>
    [
        SettingsSection.Of<LoginOptions>("Auth"),
        SettingsSection.Of<ForwardOptions>("Forward"),
        SettingsSection.Of<BotTokenOptions>("BotTokens"),
        new("Dashboard"),
        new(WebApp.RootSetting),
    ];

    public void AddServices(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddServiceDb<DashboardDb>(DashboardDb.Schema);
        services.AddSingleton(LoginOptions.Read(builder.Configuration));
        services.AddSingleton(ForwardOptions.Read(builder.Configuration));

        // OWASP's figure for PBKDF2 with HMAC-SHA512, which is what the hasher uses.
        services.Configure<PasswordHasherOptions>(o => o.IterationCount = 210_000);
        services.AddSingleton<IPasswordHasher<User>, PasswordHasher<User>>();
        services.AddSingleton<LoginGuard>();
        services.AddSingleton<KnownAddresses>();
        services.AddSingleton(_ => new HashQueue());
        services.AddSingleton<SignIn>();
        services.AddSingleton<UserChanges>();
        services.AddSingleton<RefusedSignIns>();
        services.AddHostedService(p => p.GetRequiredService<RefusedSignIns>());
        services.AddSingleton<AdminAccount>();
        services.AddSingleton<IReadyCheck>(p => p.GetRequiredService<AdminAccount>());
        services.AddHostedService(p => p.GetRequiredService<AdminAccount>());

        services.AddSingleton<RefreshTokens>();
        services.AddSingleton<JwtIssuer>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<HubTickets>();
        services.AddSingleton(p => new HubSessions((page, reason, cancellationToken) =>
            p.GetRequiredService<IHubContext<LiveHub>>().Clients.Client(page).SendAsync(LiveMethods.SessionEnded, reason, cancellationToken)));
        services.AddSingleton<RevocationRounds>();
        services.AddHostedService(p => p.GetRequiredService<RevocationRounds>());
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, HubTicketScheme>(HubTicketScheme.Name, null);

        AddBotTokens(builder);

        services.AddSignalR().AddJsonProtocol(o => LiveJson.Apply(o.PayloadSerializerOptions));
        services.AddSingleton<LiveState>();
        services.AddSingleton<LiveSender>();
        services.AddHostedService<PriceFlush>();
        services.AddHttpForwarder();
        services.AddSingleton<Forwarder>();
        services.AddSingleton<FrontDocument>();
        services.Configure<OpenApiOptions>(FrontDocument.Version, o => o.DescribeLive());
    }

    public void AddConsumers(IBusRegistrationConfigurator bus) => bus.AddPerNodeConsumer<LiveConsumer>("dashboard-live");

    public void BeforeAuthentication(WebApplication app) => app.UseBotTokens();

    public void Map(WebApplication app)
    {
        app.UseSecurityHeaders();
        app.MapSignIn();
        app.MapSessions();
        app.MapUsers();
        app.MapHub<LiveHub>("/hubs/live", o =>
        {
            o.CloseOnAuthenticationExpiration = true;
            o.TransportMaxBufferSize = 1024 * 1024;
        }).WithMetadata(new AnyQuery("SignalR's own"), new TakesSocket());
        app.MapForwards();
        app.MapFrontDocument();
        app.MapWebApp();
    }

    private static void AddBotTokens(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(BotTokenOptions.Read(builder.Configuration));
        services.AddSingleton<TokenRates>();
        services.AddSingleton(p => new RemoteTokenOwners(p.GetRequiredService<ForwardOptions>().Gateway, p.GetRequiredService<JwtIssuer>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton(p => new TokenExchange(
            // A gateway in this process is asked directly.
            p.GetService<ITokenOwners>() ?? p.GetRequiredService<RemoteTokenOwners>(),
            p.GetRequiredService<JwtIssuer>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<TokenExchange>>()));
    }

    public Task MigrateAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        Database.MigrateAsync<DashboardDb>(services, cancellationToken);
}
