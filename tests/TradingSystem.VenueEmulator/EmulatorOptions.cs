using System.Globalization;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator;

/// <summary>
/// <c>--binance PORT --bybit PORT --okx PORT --journal FILE</c>: a loopback port for each dialect, so that paths and what is signed
/// are the venues' own. The control API is at <c>/_emulator</c> on each of them.
/// </summary>
public sealed record EmulatorOptions(IReadOnlyDictionary<VenueKind, int> Ports, string JournalPath)
{
    public static EmulatorOptions Parse(string[] arguments)
    {
        var given = new Dictionary<string, string>();
        for (var i = 0; i + 1 < arguments.Length; i += 2)
        {
            given[arguments[i].TrimStart('-')] = arguments[i + 1];
        }

        int Port(string name) => given.TryGetValue(name, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? port
            : throw new ArgumentException($"--{name} PORT is missing.");
        var journal = given.GetValueOrDefault("journal") ?? throw new ArgumentException("--journal FILE is missing.");
        return new EmulatorOptions(
            new Dictionary<VenueKind, int> { [VenueKind.Binance] = Port("binance"), [VenueKind.Bybit] = Port("bybit"), [VenueKind.Okx] = Port("okx") },
            Path.GetFullPath(journal));
    }
}
