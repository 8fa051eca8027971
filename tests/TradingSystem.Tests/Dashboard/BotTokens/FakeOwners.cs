using System.Collections.Concurrent;
using System.Net;
using TradingSystem.Hosting.BotTokens;

namespace TradingSystem.Tests.Dashboard.BotTokens;

/// <summary>A gateway that says what a test has it say, and counts who asks.</summary>
internal sealed class FakeOwners : ITokenOwners
{
    public static readonly TokenVerdict.OfGroup Group = new(Guid.NewGuid(), Guid.NewGuid());

    public Func<byte[], IPAddress, Task<TokenVerdict>> Says { get; set; } = (_, _) => Task.FromResult<TokenVerdict>(Group);

    public ConcurrentQueue<(string Hash, IPAddress Address)> Asked { get; } = [];

    public Task<TokenVerdict> FindAsync(byte[] hash, IPAddress address, CancellationToken cancellationToken)
    {
        Asked.Enqueue((Convert.ToHexString(hash), address));
        return Says(hash, address);
    }

    public void Answer(TokenVerdict verdict) => Says = (_, _) => Task.FromResult(verdict);
}
