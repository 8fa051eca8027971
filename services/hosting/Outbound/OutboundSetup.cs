using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TradingSystem.Hosting.Settings;

namespace TradingSystem.Hosting.Outbound;

public static class OutboundSetup
{
    /// <summary>The one way out of a process.</summary>
    internal static void AddOutbound(this WebApplicationBuilder builder)
    {
        var options = builder.Configuration.Read<OutboundOptions>(OutboundOptions.Section).Validated();
        builder.Services.AddSingleton(new OutboundGate(options));
        builder.Services.AddSingleton<OutboundClient>();
    }
}
