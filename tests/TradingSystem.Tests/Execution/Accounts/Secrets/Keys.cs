using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using TradingSystem.Execution.Accounts.Secrets;

namespace TradingSystem.Tests.Execution.Accounts.Secrets;

/// <summary>Key rings as a service reads them.</summary>
internal static class Keys
{
    public static string Random() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>Versions 1, 2, … from the environment.</summary>
    public static KeyRing Ring(params string[] keys) =>
        Read(keys.Select((key, i) => ($"Execution:Keys:{(i + 1).ToString(CultureInfo.InvariantCulture)}", key)).ToArray());

    public static KeyRing Read(params (string Name, string Value)[] settings) =>
        KeyRing.Read(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Name, s => (string?)s.Value)).Build());
}
