using TradingSystem.Hosting.Outbound;

namespace TradingSystem.Tests.Hosting.Outbound;

/// <summary>The way out as a service has it whose settings allow the emulators on this machine.</summary>
internal static class Loopback
{
    public static OutboundGate Gate { get; } = new(new OutboundOptions { AllowPrivate = "127.0.0.1" }.Validated());
}
