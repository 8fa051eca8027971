using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Connections;

namespace TradingSystem.Gateway.Leases;

/// <summary>Gets a token for a newcomer: at once if it is free, within two seconds if its holder is dead.</summary>
public sealed class SessionClaims(LeaseStore leases, SessionProbes probes, TimeProvider time)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(1900);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public async Task<(Identity? Identity, CloseReason? Refusal)> ClaimAsync(byte[] hash, string? ownerKind, Guid sessionId)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var answer = await leases.ClaimAsync(hash, ownerKind, sessionId);
            if (answer is null)
            {
                return (null, CloseCodes.Unavailable);
            }

            if (answer.Taken is { } identity)
            {
                return (identity, null);
            }

            if (answer.Held is not { } holder)
            {
                return (null, CloseCodes.InvalidToken);
            }

            if (await probes.IsAliveAsync(holder) == true || time.GetElapsedTime(started) > Deadline)
            {
                return (null, CloseCodes.TokenInUse);
            }

            await Task.Delay(Pause, time);
        }
    }
}
