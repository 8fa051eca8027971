using System.Security.Cryptography;
using System.Text.Json;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Trigger.Storm;

/// <summary>What events share that say the same.</summary>
internal static class SignalTopics
{
    /// <summary>Of one source, with the same words to the same targets, as urgent.</summary>
    /// <param name="payload">What of its payload counts.</param>
    public static string Of(ImmediateEvent item, string payload)
    {
        string[] said = [item.Title, payload, $"{item.Priority}", $"{item.Targets.Count}", .. item.Targets, .. item.Tags];
        return $"{item.SourceId}:{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(said)))}";
    }
}
