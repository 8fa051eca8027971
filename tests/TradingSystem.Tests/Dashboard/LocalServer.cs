using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TradingSystem.Dashboard.Documents;
using TradingSystem.Dashboard.Forwarding;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Tests.Dashboard;

/// <summary>A real HTTP server on a free loopback port.</summary>
internal sealed class LocalServer : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly WebApplication _app;

    private LocalServer(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Urls.Single());
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address, Timeout = Patience };
    }

    public Uri Address { get; }

    /// <summary>Speaks to this server.</summary>
    public HttpClient Client { get; }

    public static async Task<LocalServer> StartAsync(Action<WebApplication> map, Action<IServiceCollection>? add = null, params string[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder(settings);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        add?.Invoke(builder.Services);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new LocalServer(app);
    }

    /// <summary>The front of the dashboard service, with nothing behind it but what the options name.</summary>
    public static Task<LocalServer> FrontAsync(ForwardOptions options, TimeProvider? time = null, Action<WebApplication>? own = null, string basePath = "") =>
        StartAsync(
            app =>
            {
                app.MapOpenApi();
                own?.Invoke(app);
                app.MapForwards();
                app.MapFrontDocument();
            },
            services => services
                .AddOpenApi(FrontDocument.Version)
                .AddSingleton(time ?? TimeProvider.System)
                .AddSingleton(options)
                .AddHttpForwarder()
                .AddSingleton(EdgeOptions.Read(new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(EdgeOptions.BaseSetting, (string?)basePath)]).Build()))
                .AddSingleton<Forwarder>()
                .AddSingleton<FrontDocument>());

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
